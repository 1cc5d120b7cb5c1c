package io.patienthttp.runtime;

import java.net.URI;
import java.time.Duration;

/** Bounds of settings; each message names the setting, its value and what is allowed. */
final class Bounds {

    /** Of a duration: a year. */
    private static final Duration LONGEST = Duration.ofDays(365);

    private Bounds() {}

    static <T extends Comparable<T>> T within(String name, T value, T least, T most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(name + " must be between " + least + " and " + most + ", was " + value);
        }
        return value;
    }

    static <T extends Comparable<T>> T atLeast(String name, T value, T least) {
        if (value.compareTo(least) < 0) {
            throw new IllegalArgumentException(name + " must be at least " + least + ", was " + value);
        }
        return value;
    }

    /** Positive, and short enough to be multiplied and counted in nanoseconds. */
    static Duration positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be positive, was " + value);
        }
        return atMost(name, value, LONGEST);
    }

    static Duration atMost(String name, Duration value, Duration most) {
        if (value.compareTo(most) > 0) {
            throw new IllegalArgumentException(name + " must be at most " + most + ", was " + value);
        }
        return value;
    }

    /** An http or https URL of a host; what it was is not shown, it may hold a password. */
    static URI proxy(String name, URI value) {
        var scheme = value.getScheme();
        if (scheme == null || !(scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"))) {
            throw new IllegalArgumentException(name + " must begin with http:// or https://, its scheme was " + scheme);
        }
        if (value.getHost() == null || value.getPort() == 0 || value.getPort() > 65_535) {
            throw new IllegalArgumentException(
                    name + " must have a valid host, and a port between 1 and 65535 or none");
        }
        var path = value.getRawPath();
        if (!(path.isEmpty() || path.equals("/")) || value.getRawQuery() != null || value.getRawFragment() != null) {
            throw new IllegalArgumentException(name + " must have no path, query or fragment");
        }
        return value;
    }

    static String notBlank(String name, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(name + " must not be blank, was \"" + value + "\"");
        }
        return value;
    }
}
