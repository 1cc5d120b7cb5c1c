package io.patienthttp.internal.http;

import io.patienthttp.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * How requests travel.
 *
 * @param protocol which version of HTTP is spoken
 * @param proxy what they go through, or null for none
 * @param retries how often a request that provably was not processed is sent again at once; 0 or more
 */
public record Wire(Protocol protocol, @Nullable Proxy proxy, int retries) {

    /** Refuses negative retries. */
    public Wire {
        if (retries < 0) {
            throw new IllegalArgumentException("retries must not be negative, was " + retries);
        }
    }
}
