package io.patienthttp;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * How many requests had an outcome, which, and how long they took: what one process counted in a minute, or the sum of
 * such counts. Percentiles are estimates from a histogram with fixed bounds. Immutable and safe for all threads.
 *
 * @param requests outcomes of all kinds
 * @param clientErrors answers with a status of 400 to 499
 * @param serverErrors answers with a status of 500 to 599
 * @param timeouts failures of kind TIMEOUT or CONNECT_TIMEOUT
 * @param otherFailures all other failures
 * @param total the durations of those that were sent, added up
 * @param histogram how many of those that were sent took at most the first of {@link #BOUNDS}, more than that and at most
 *     the second, and so on; last, how many took longer than all bounds
 */
public record Traffic(
        long requests,
        long clientErrors,
        long serverErrors,
        long timeouts,
        long otherFailures,
        Duration total,
        List<Long> histogram) {

    /** The bounds of the histogram: 50 ms to 5 minutes, each about twice the one before. */
    public static final List<Duration> BOUNDS = Stream.of(
                    50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000, 120_000, 300_000)
            .map(Duration::ofMillis)
            .toList();

    /** No request at all. */
    public static final Traffic NONE =
            new Traffic(0, 0, 0, 0, 0, Duration.ZERO, Collections.nCopies(BOUNDS.size() + 1, 0L));

    /** Copies the histogram. */
    public Traffic {
        histogram = List.copyOf(histogram);
        if (histogram.size() != BOUNDS.size() + 1) {
            throw new IllegalArgumentException(
                    "histogram must have " + (BOUNDS.size() + 1) + " counts, had " + histogram.size());
        }
    }

    /** How many of the requests failed, or were answered with a status from 400 on. */
    public long errors() {
        return clientErrors + serverErrors + timeouts + otherFailures;
    }

    /** How long those that were sent took on average; zero if there were none. */
    public Duration mean() {
        long sent = sent();
        return sent == 0 ? Duration.ZERO : total.dividedBy(sent);
    }

    /**
     * How long at most so much of those that were sent took, estimated: evenly spread between two bounds, and the last
     * bound for all that took longer. Zero if there were none.
     *
     * @param share 0.95 for the 95th percentile; from 0 to 1
     */
    public Duration percentile(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share must be between 0 and 1, was " + share);
        }
        double rank = share * sent();
        long before = 0;
        var lower = Duration.ZERO;
        for (int i = 0; i < BOUNDS.size(); i++) {
            var upper = BOUNDS.get(i);
            long here = histogram.get(i);
            if (here > 0 && before + here >= rank) {
                double part = Math.max(0, rank - before) / here;
                return lower.plusMillis(Math.round(part * upper.minus(lower).toMillis()));
            }
            before += here;
            lower = upper;
        }
        return sent() == 0 ? Duration.ZERO : lower;
    }

    private long sent() {
        return histogram.stream().mapToLong(Long::longValue).sum();
    }
}
