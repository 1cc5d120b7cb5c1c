package io.patienthttp;

import java.util.Arrays;
import java.util.Locale;

/** The HTTP methods that a request may use (RFC 9110, section 9; RFC 5789 for PATCH; parity 1). */
public enum Method {
    GET,
    HEAD,
    POST,
    PUT,
    PATCH,
    DELETE,
    OPTIONS;

    /** Whether a request of this method may carry a body: GET and HEAD may not (RFC 9110, section 9.3.1; parity 3). */
    public boolean allowsBody() {
        return this != GET && this != HEAD;
    }

    /**
     * Returns the method of that name, in any case.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Method parse(String name) {
        try {
            return valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "method must be one of " + Arrays.toString(values()) + ", was \"" + name + "\"", e);
        }
    }
}
