package io.patienthttp.spi;

import io.patienthttp.EgressPolicy;
import io.patienthttp.Progress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one hop must keep to. Durations are positive.
 *
 * @param timeout the longest time until the last byte of the answer
 * @param firstByteTimeout the longest time from the last byte of the request to the beginning of the final answer; null:
 *     no such limit
 * @param idleTimeout the longest time without progress, from the head of the answer on; null: no such limit
 * @param progress what counts as progress
 * @param egress where it may go
 */
public record Limits(
        Duration timeout,
        @Nullable Duration firstByteTimeout,
        @Nullable Duration idleTimeout,
        Progress progress,
        EgressPolicy egress) {

    /** A timeout alone. */
    public static Limits of(Duration timeout) {
        return new Limits(timeout, null, null, Progress.BYTE, EgressPolicy.unrestricted());
    }
}
