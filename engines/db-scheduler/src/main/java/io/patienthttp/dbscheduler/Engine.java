package io.patienthttp.dbscheduler;

import io.patienthttp.spi.CallbackRunner;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A scheduler as the queue sees it: the application's, or one of our own. */
interface Engine {

    /** What it writes into {@code picked_by}, if we know. */
    Optional<String> name();

    /** Gives runs to the runner from now on. */
    void start(CallbackRunner runner);

    /** Gives no more runs to the runner, and waits for those that are under way. */
    void stop(Duration timeout);

    /** Whether a job of ours is due that no scheduler has picked, or that this one has not begun or not ended. */
    boolean hasDue();

    /** Looks for due jobs now. */
    void wake();

    /** The time by which it judges what is due, as far as we know. */
    Instant now();
}
