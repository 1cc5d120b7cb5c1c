package io.patienthttp.dbscheduler;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steps of a stop that wait for the database, each on a daemon thread of its own: a pool that has no connection, or a
 * database that is away, must not keep a process from ending. A step that takes too long is left to itself, and not
 * interrupted: an interrupt closes the files of an H2 database.
 */
final class Bounded {

    private static final Logger log = LoggerFactory.getLogger(Bounded.class);

    private Bounded() {}

    /** Runs it, and waits for its end up to the timeout; what completes "could not ..." is logged if it does not come. */
    static void run(String what, Duration timeout, Runnable step) {
        var done = CompletableFuture.runAsync(step, task -> {
            var thread = new Thread(task, "patient-http-callback-stop");
            thread.setDaemon(true);
            thread.start();
        });
        try {
            done.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            log.warn("Could not {}: {}", what, e.getMessage());
        } catch (TimeoutException e) {
            log.warn("Could not {}: it takes longer than {}", what, timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
