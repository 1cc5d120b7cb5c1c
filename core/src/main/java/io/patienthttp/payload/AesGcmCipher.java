package io.patienthttp.payload;

import io.patienthttp.spi.PayloadCipher;
import io.patienthttp.spi.PayloadCipher.UnsealException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256 in Galois/Counter Mode (NIST SP 800-38D) with a random nonce of 96 bits and a tag of 128 bits. The first key
 * seals, all open, so that keys change without downtime (parity 69): add the new key behind the old one on every node;
 * then put it in front; remove the old one once nothing that it sealed is stored any more, which includes dead requests.
 *
 * <p>A sealed value is: one byte, the length of the key's id; the id; 12 bytes nonce; ciphertext and tag. The id is
 * authenticated as well. Random nonces bound the number of values that one key seals to 2^32 (section 8.3): change a key
 * before it sealed four billion.
 *
 * <p>Safe for all threads. Needs tens of microseconds for 4 KiB.
 */
public final class AesGcmCipher implements PayloadCipher {

    private static final String TRANSFORMATION = "AES/GCM/NoPadding";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecureRandom random = new SecureRandom();
    private final Map<String, SecretKey> keys = new LinkedHashMap<>();
    private final Key first;

    private AesGcmCipher(List<Key> keys) {
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("keys must not be empty: without a cipher nothing is sealed");
        }
        for (var key : keys) {
            if (this.keys.put(key.id, key.secret) != null) {
                throw new IllegalArgumentException("keys must have different ids, had \"" + key.id + "\" twice");
            }
        }
        this.first = keys.get(0);
    }

    /**
     * A cipher with these keys; the first one seals.
     *
     * @throws IllegalArgumentException if there is none, or two have the same id
     */
    public static AesGcmCipher of(List<Key> keys) {
        return new AesGcmCipher(keys);
    }

    @Override
    public byte[] seal(byte[] value, byte[] associatedData) {
        var header = header(first.id);
        var nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            var cipher = cipher(Cipher.ENCRYPT_MODE, first.secret, nonce, header, associatedData);
            var start = header.length + NONCE_BYTES;
            var sealed = Arrays.copyOf(header, start + cipher.getOutputSize(value.length));
            System.arraycopy(nonce, 0, sealed, header.length, NONCE_BYTES);
            cipher.doFinal(value, 0, value.length, sealed, start);
            return sealed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no working " + TRANSFORMATION, e);
        }
    }

    @Override
    public byte[] open(byte[] sealed, byte[] associatedData) {
        var start = 1 + (sealed.length == 0 ? 0 : sealed[0]);
        if (start < 2 || sealed.length < start + NONCE_BYTES + TAG_BITS / 8) {
            throw new UnsealException(Reason.DAMAGED, "the value is no sealed value", null);
        }
        var id = new String(sealed, 1, start - 1, StandardCharsets.US_ASCII);
        if (!Key.ID.matcher(id).matches()) {
            throw new UnsealException(Reason.DAMAGED, "the value names no key", null);
        }
        var key = keys.get(id);
        if (key == null) {
            throw new UnsealException(
                    Reason.UNKNOWN_KEY,
                    "the value is sealed with key \"" + id + "\", which is not among the keys",
                    null);
        }
        var nonce = Arrays.copyOfRange(sealed, start, start + NONCE_BYTES);
        try {
            return cipher(Cipher.DECRYPT_MODE, key, nonce, header(id), associatedData)
                    .doFinal(sealed, start + NONCE_BYTES, sealed.length - start - NONCE_BYTES);
        } catch (AEADBadTagException e) {
            throw new UnsealException(
                    Reason.DAMAGED, "the value was changed, or moved, since it was sealed with key \"" + id + "\"", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no working " + TRANSFORMATION, e);
        }
    }

    private static Cipher cipher(int mode, SecretKey key, byte[] nonce, byte[] header, byte[] associatedData)
            throws GeneralSecurityException {
        var cipher = Cipher.getInstance(TRANSFORMATION);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(header);
        cipher.updateAAD(associatedData);
        return cipher;
    }

    private static byte[] header(String id) {
        return ByteBuffer.allocate(1 + id.length())
                .put((byte) id.length())
                .put(id.getBytes(StandardCharsets.US_ASCII))
                .array();
    }

    /** Names the ids of the keys, and nothing else of them. */
    @Override
    public String toString() {
        return "AesGcmCipher" + keys.keySet();
    }

    /** A key and the id that sealed values name it by. Never shows itself. */
    public static final class Key {

        /** Shorter than a key of 32 bytes in base64 or hex, so that one written in its place is refused unseen. */
        private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,32}");

        private static final int BYTES = 32;

        private final String id;
        private final SecretKey secret;

        private Key(String id, byte[] secret) {
            if (!ID.matcher(id).matches()) {
                throw new IllegalArgumentException(
                        "the id of a key must be 1 to 32 letters, digits, dots, underscores or hyphens; it had "
                                + id.length() + " characters, and is not shown because it may be the key");
            }
            if (secret.length != BYTES) {
                throw new IllegalArgumentException("key \"" + id + "\" must have " + BYTES + " bytes (AES-256), had "
                        + secret.length + "; \"openssl rand -base64 32\" makes one");
            }
            this.id = id;
            this.secret = new SecretKeySpec(secret, "AES");
        }

        /**
         * A key.
         *
         * @param id 1 to 32 letters, digits, dots, underscores or hyphens; stored in clear
         * @param secret 32 random bytes; copied
         * @throws IllegalArgumentException if one of them is something else; the message does not show the key
         */
        public static Key of(String id, byte[] secret) {
            return new Key(id, secret);
        }

        /**
         * A key as {@code id:base64 of 32 bytes}.
         *
         * @throws IllegalArgumentException if it is something else; the message does not show it
         */
        public static Key parse(String text) {
            var colon = text.indexOf(':');
            if (colon < 0) {
                throw new IllegalArgumentException("a key must be \"id:base64 of 32 bytes\"; the text had no colon");
            }
            var id = text.substring(0, colon);
            byte[] secret;
            try {
                secret = Base64.getDecoder().decode(text.substring(colon + 1).strip());
            } catch (IllegalArgumentException e) {
                // Its message shows a character of the key.
                secret = new byte[0];
            }
            if (secret.length == 0) {
                throw new IllegalArgumentException("a key must be \"id:base64 of 32 bytes\"; what stood after the colon"
                        + " was not base64, or empty");
            }
            return new Key(id, secret);
        }

        /** The id. */
        public String id() {
            return id;
        }

        @Override
        public String toString() {
            return "Key[" + id + "]";
        }
    }
}
