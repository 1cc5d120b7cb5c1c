package io.patienthttp.internal.recover;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that runs duties, each at its own interval. A duty that fails runs again. */
public final class Maintenance {

    private static final Logger log = LoggerFactory.getLogger(Maintenance.class);

    private final String name;
    private final List<Duty> duties;
    private @Nullable ScheduledExecutorService thread; // start and stop are called by one thread at a time

    /** Runs these duties on a thread of that name. */
    public Maintenance(String name, List<Duty> duties) {
        this.name = name;
        this.duties = List.copyOf(duties);
    }

    /** Starts the thread. */
    public void start() {
        var started = Executors.newSingleThreadScheduledExecutor(task -> {
            var thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        thread = started;
        for (var duty : duties) {
            long nanos = duty.interval.toNanos();
            started.scheduleWithFixedDelay(() -> run(duty), nanos, nanos, TimeUnit.NANOSECONDS);
        }
    }

    /** Ends the thread after the duty that runs. */
    public void stop(Duration timeout) throws InterruptedException {
        if (thread != null) {
            thread.shutdownNow();
            if (!thread.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("{} did not end within {}", name, timeout);
            }
            thread = null;
        }
    }

    private static void run(Duty duty) {
        try {
            duty.action.run();
        } catch (Throwable e) { // the thread survives; what was not done is done at the next turn
            log.warn("Could not {}: {}. Trying again in {}", duty.name, e.toString(), duty.interval);
            log.debug("Could not {}", duty.name, e);
        }
    }

    /** Something to do from time to time; the name completes "could not ...". */
    public record Duty(String name, Duration interval, Runnable action) {}
}
