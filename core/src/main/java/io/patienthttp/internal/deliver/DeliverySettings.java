package io.patienthttp.internal.deliver;

import java.time.Duration;

/**
 * How callbacks are run.
 *
 * @param maxAttempts how often a callback runs at most, before its request is dead
 * @param firstBackoff how long after the first failure it runs again; doubled for each further one
 * @param longestBackoff the longest time between two runs
 * @param unresolvedTimeout how long an outcome waits for a node that knows its callback
 * @param transactional whether callbacks run in a transaction with the removal of the row, unless they opt out
 */
public record DeliverySettings(
        int maxAttempts,
        Duration firstBackoff,
        Duration longestBackoff,
        Duration unresolvedTimeout,
        boolean transactional) {

    /** How long to wait after that many failures. */
    Duration backoff(int failures) {
        var backoff = firstBackoff;
        for (int i = 1; i < failures && backoff.compareTo(longestBackoff) < 0; i++) {
            backoff = backoff.multipliedBy(2);
        }
        return backoff.compareTo(longestBackoff) < 0 ? backoff : longestBackoff;
    }
}
