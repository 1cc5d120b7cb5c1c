package io.patienthttp.internal.http;

import java.time.Duration;

/**
 * What the transport is limited by.
 *
 * @param maxInFlight how many exchanges may be open or queued for one origin; positive
 * @param connectTimeout the longest time to look up the name, and to connect to each of its addresses; positive
 * @param maxResponseSize the most bytes of a body, after decompression; positive
 * @param connectionsPerOrigin the most connections to one origin; positive
 * @param idleConnectionTimeout how long an unused connection is kept; positive
 * @param maxConnectionAge how old a connection may be to get another request; positive
 */
public record TransportSettings(
        int maxInFlight,
        Duration connectTimeout,
        long maxResponseSize,
        int connectionsPerOrigin,
        Duration idleConnectionTimeout,
        Duration maxConnectionAge) {

    /** Refuses what is not positive. */
    public TransportSettings {
        positive("maxInFlight", maxInFlight);
        positive("connectTimeout", connectTimeout);
        positive("maxResponseSize", maxResponseSize);
        positive("connectionsPerOrigin", connectionsPerOrigin);
        positive("idleConnectionTimeout", idleConnectionTimeout);
        positive("maxConnectionAge", maxConnectionAge);
    }

    private static void positive(String field, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(field + " must be positive, was " + value);
        }
    }

    private static void positive(String field, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(field + " must be positive, was " + value);
        }
    }
}
