package io.patienthttp.dbscheduler;

import java.time.Duration;

/** When to run again what failed outside the runner, which otherwise says so itself: 5 s, doubled up to 1 h. */
final class Backoff {

    private static final long FIRST_SECONDS = 5;
    private static final long LAST_SECONDS = 3600;
    private static final int MOST_DOUBLINGS = 10;

    private Backoff() {}

    static Duration after(int failures) {
        var seconds = FIRST_SECONDS << Math.min(failures, MOST_DOUBLINGS);
        return Duration.ofSeconds(Math.min(seconds, LAST_SECONDS));
    }
}
