package io.patienthttp.internal.wire;

import io.patienthttp.internal.wire.Opened.Json;
import io.patienthttp.internal.wire.Opened.Unreadable;
import io.patienthttp.internal.wire.Opened.Why;
import io.patienthttp.spi.PayloadCipher;
import io.patienthttp.spi.PayloadCipher.UnsealException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a stored value. Not sealed: the JSON object itself, which begins with a brace. Sealed: one byte, the
 * version of this form, and what the cipher returned. A row holds the former as it is and the latter as {@code sealed:}
 * and base64, which no JSON object begins with; a payload store holds the bytes.
 */
final class Seal {

    /** Versions are 1 to 31, so that none is a character of JSON or of text. */
    private static final byte VERSION = 1;

    private static final int LAST_VERSION = 31;
    private static final String SEALED = "sealed:";
    private static final byte[] PREFIX = SEALED.getBytes(StandardCharsets.US_ASCII);

    private final @Nullable PayloadCipher cipher;
    private final boolean allowPlaintext;

    /**
     * A seal.
     *
     * @param cipher null seals nothing
     * @param allowPlaintext whether values that are not sealed are read although there is a cipher
     */
    Seal(@Nullable PayloadCipher cipher, boolean allowPlaintext) {
        this.cipher = cipher;
        this.allowPlaintext = allowPlaintext || cipher == null;
    }

    byte[] seal(UUID requestId, Column column, byte[] plain) {
        if (plain.length == 0 || plain[0] != '{') {
            throw new IllegalArgumentException("the value of " + column + " of request " + requestId
                    + " must be a JSON object, had " + plain.length + " bytes");
        }
        if (cipher == null) {
            return plain;
        }
        var sealed = cipher.seal(plain, column.associatedData(requestId));
        var bytes = new byte[1 + sealed.length];
        bytes[0] = VERSION;
        System.arraycopy(sealed, 0, bytes, 1, sealed.length);
        return bytes;
    }

    Opened open(UUID requestId, Column column, byte[] bytes) {
        if (bytes.length == 0) {
            return new Unreadable(Why.DAMAGED, "it is empty");
        }
        if (bytes[0] == '{') {
            return allowPlaintext
                    ? new Json(bytes)
                    : new Unreadable(Why.NOT_SEALED, "it is not sealed, and plain text is not allowed");
        }
        if (bytes[0] > VERSION && bytes[0] <= LAST_VERSION) {
            return new Unreadable(
                    Why.NEWER_FORMAT, "its form is of version " + bytes[0] + ", this code reads " + VERSION);
        }
        if (bytes[0] != VERSION) {
            return new Unreadable(Why.DAMAGED, "it is neither a JSON object nor a sealed value");
        }
        return cipher == null
                ? new Unreadable(Why.UNKNOWN_KEY, "it is sealed, and there is no key")
                : unseal(cipher, requestId, column, bytes);
    }

    private static Opened unseal(PayloadCipher cipher, UUID requestId, Column column, byte[] bytes) {
        var sealed = new byte[bytes.length - 1];
        System.arraycopy(bytes, 1, sealed, 0, sealed.length);
        try {
            return new Json(cipher.open(sealed, column.associatedData(requestId)));
        } catch (UnsealException e) {
            var why =
                    switch (e.reason()) {
                        case UNKNOWN_KEY -> Why.UNKNOWN_KEY;
                        case DAMAGED -> Why.DAMAGED;
                    };
            return new Unreadable(why, String.valueOf(e.getMessage()));
        }
    }

    /** How many bytes the text has in UTF-8, without writing it. */
    static long textSize(byte[] bytes) {
        return bytes[0] == '{' ? bytes.length : SEALED.length() + 4L * ((bytes.length + 2) / 3);
    }

    static String toText(byte[] bytes) {
        return bytes[0] == '{'
                ? new String(bytes, StandardCharsets.UTF_8)
                : SEALED.concat(Base64.getEncoder().encodeToString(bytes));
    }

    /** Whether the text of a row is not sealed. */
    static boolean isPlain(String text) {
        return !text.startsWith(SEALED);
    }

    /** Whether {@link #open} does no more than to look at the text. */
    boolean isAtHand(String text) {
        return isPlain(text) && allowPlaintext;
    }

    /** Opens what {@link #toText} made, in UTF-8. */
    Opened openText(UUID requestId, Column column, byte[] text) {
        if (!startsWith(text, PREFIX)) {
            return open(requestId, column, text);
        }
        byte[] bytes;
        try {
            bytes = decode(text);
        } catch (IllegalArgumentException e) {
            return new Unreadable(Why.DAMAGED, "its base64 is damaged");
        }
        return open(requestId, column, bytes);
    }

    private static byte[] decode(byte[] text) {
        var base64 = ByteBuffer.wrap(text, PREFIX.length, text.length - PREFIX.length);
        var decoded = Base64.getDecoder().decode(base64);
        return decoded.remaining() == decoded.array().length
                ? decoded.array()
                : Arrays.copyOf(decoded.array(), decoded.remaining());
    }

    private static boolean startsWith(byte[] text, byte[] prefix) {
        return text.length >= prefix.length && Arrays.equals(text, 0, prefix.length, prefix, 0, prefix.length);
    }
}
