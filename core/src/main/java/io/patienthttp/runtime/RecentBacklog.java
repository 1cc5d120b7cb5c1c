package io.patienthttp.runtime;

import io.patienthttp.Backlog;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backlog as it was a few seconds ago, for those who ask often and must not wait: metrics, health. It is read on a
 * thread of its own, so that a database that is away keeps nobody. Safe for all threads.
 */
final class RecentBacklog {

    private static final Logger log = LoggerFactory.getLogger(RecentBacklog.class);

    /** The database is asked this rarely. */
    static final Duration INTERVAL = Duration.ofSeconds(10);

    /** Who has it asked waits this long for its answer; the others not at all. */
    static final Duration PATIENCE = Duration.ofMillis(500);

    /** An answer that is older says nothing any more. */
    static final Duration STALE = Duration.ofSeconds(60);

    private final Supplier<Backlog> database;
    private final LongSupplier nanoTime;
    private final Object lock = new Object();
    private @Nullable Long lastAsked; // guarded by lock
    private boolean asking; // guarded by lock
    private volatile @Nullable Answer last;

    RecentBacklog(Supplier<Backlog> database, LongSupplier nanoTime) {
        this.database = database;
        this.nanoTime = nanoTime;
    }

    /** The last answer of the database; empty if there is none within {@link #STALE}. */
    Optional<Backlog> get() {
        if (isItsTurn()) {
            ask();
        }
        var answer = last;
        return answer == null || nanoTime.getAsLong() - answer.at >= STALE.toNanos()
                ? Optional.empty()
                : Optional.of(answer.backlog);
    }

    private boolean isItsTurn() {
        synchronized (lock) {
            long now = nanoTime.getAsLong();
            if (asking || (lastAsked != null && now - lastAsked < INTERVAL.toNanos())) {
                return false;
            }
            lastAsked = now;
            asking = true;
            return true;
        }
    }

    private void ask() {
        try {
            CompletableFuture.runAsync(this::read, RecentBacklog::start)
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            log.debug("The database has not told the backlog within {}", PATIENCE);
        } catch (ExecutionException e) {
            log.debug("Could not read the backlog", e.getCause());
        }
    }

    private static void start(Runnable task) {
        var thread = new Thread(task, "patient-http-backlog");
        thread.setDaemon(true);
        thread.start();
    }

    private void read() {
        try {
            last = new Answer(database.get(), nanoTime.getAsLong());
        } finally {
            synchronized (lock) {
                asking = false;
            }
        }
    }

    private record Answer(Backlog backlog, long at) {}
}
