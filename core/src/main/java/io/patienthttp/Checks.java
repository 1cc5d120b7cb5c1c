package io.patienthttp;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;

/** Validation at the call: each message names the field, the value and what is allowed. */
final class Checks {

    private static final String TOKEN_SYMBOLS = "!#$%&'*+-.^_`|~";

    /** RFC 1035, section 2.3.4: 255 octets on the wire. */
    private static final int LONGEST_HOST = 253;

    private static final int LARGEST_PORT = 65_535;

    private Checks() {}

    static String notBlank(String field, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(field + " must not be blank, was \"" + value + "\"");
        }
        return value;
    }

    static Duration positive(String field, Duration value, Duration most) {
        if (value.isNegative() || value.isZero() || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(field + " must be positive and at most " + most + ", was " + value);
        }
        return value;
    }

    static Duration notNegative(String field, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(field + " must not be negative, was " + value);
        }
        return value;
    }

    static Duration notNegative(String field, Duration value, Duration most) {
        if (value.isNegative() || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(field + " must be between PT0S and " + most + ", was " + value);
        }
        return value;
    }

    static int within(String field, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(field + " must be between " + least + " and " + most + ", was " + value);
        }
        return value;
    }

    /** A token of RFC 9110, section 5.6.2. */
    static String headerName(String name) {
        if (name.isEmpty() || !name.chars().allMatch(Checks::isTokenChar)) {
            throw new IllegalArgumentException(
                    "header name must be a token (letters, digits, " + TOKEN_SYMBOLS + "), was \"" + name + "\"");
        }
        return Headers.lowerCase(name);
    }

    private static boolean isTokenChar(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || TOKEN_SYMBOLS.indexOf(c) >= 0;
    }

    /**
     * No CR, LF or NUL (RFC 9110, section 5.5), and nothing beyond ISO-8859-1, which is all that a field value can
     * express on the wire; the value itself may be secret and is not shown.
     */
    static String headerValue(String field, String value) {
        if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0 || value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(field + " must not contain CR, LF or NUL");
        }
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) > 0xff) {
                throw new IllegalArgumentException(field
                        + " must not contain characters beyond ISO-8859-1, at index " + i + ": encode them as the"
                        + " server expects");
            }
        }
        return value;
    }

    /** No surrogate without its pair, which UTF-8 cannot express (RFC 8259, section 8.2); the value is not shown. */
    static String unicode(String field, String value) {
        for (int i = 0; i < value.length(); i += Character.charCount(value.codePointAt(i))) {
            if (Character.getType(value.codePointAt(i)) == Character.SURROGATE) {
                throw new IllegalArgumentException(field + " must not contain an unpaired surrogate, at index " + i);
            }
        }
        return value;
    }

    /** An absolute http or https URL with a host; user info and query are not shown, they may be secret. */
    static URI url(String field, String value) {
        URI uri;
        try {
            uri = new URI(value);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    field + " must be a valid URL: " + e.getReason() + " at position " + e.getIndex());
        }
        var scheme = uri.getScheme() == null ? "" : Headers.lowerCase(uri.getScheme());
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new IllegalArgumentException(
                    field + " must be an absolute http or https URL, was \"" + withoutSecrets(uri) + "\"");
        }
        if (uri.getHost() == null) {
            throw new IllegalArgumentException(field + " must name a host, was \"" + withoutSecrets(uri) + "\"");
        }
        if (uri.getHost().length() > LONGEST_HOST) {
            throw new IllegalArgumentException(field + " must name a host of at most " + LONGEST_HOST
                    + " characters (RFC 1035, section 2.3.4), had "
                    + uri.getHost().length());
        }
        if (uri.getPort() == 0 || uri.getPort() > LARGEST_PORT) {
            throw new IllegalArgumentException(
                    field + " must have a port between 1 and " + LARGEST_PORT + ", was " + uri.getPort());
        }
        if (uri.getUserInfo() != null) {
            throw new IllegalArgumentException(field + " must not contain user info (\"user:password@\"): send it as a"
                    + " header with Secret.named(...), was \"" + withoutSecrets(uri) + "\"");
        }
        return uri;
    }

    static String withoutSecrets(URI uri) {
        var authority = uri.getRawAuthority();
        return (uri.getScheme() == null ? "" : uri.getScheme() + "://")
                + (authority == null ? "" : authority.substring(authority.lastIndexOf('@') + 1))
                + (uri.getRawPath() == null ? "" : uri.getRawPath());
    }
}
