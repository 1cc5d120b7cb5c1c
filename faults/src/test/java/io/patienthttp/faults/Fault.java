package io.patienthttp.faults;

import java.util.Set;

/**
 * What the victim held when it was struck, as the tables said right after it.
 *
 * @param nanos when, by {@code System.nanoTime}
 * @param inFlight the requests that it owned: their outcomes were not committed
 * @param callbacks the requests whose callback jobs it had picked
 * @param undelivered of these, the ones whose callback had not taken effect
 */
record Fault(long nanos, Set<String> inFlight, Set<String> callbacks, Set<String> undelivered) {

    /** Whether it struck something: a row in flight, an outcome that was not recorded, or a callback. */
    boolean counts() {
        return !inFlight.isEmpty() || !callbacks.isEmpty();
    }
}
