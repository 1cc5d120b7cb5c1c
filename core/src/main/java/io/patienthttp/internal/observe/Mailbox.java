package io.patienthttp.internal.observe;

import io.patienthttp.Listener;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events of one listener and the daemon thread {@code patient-http-events} that tells it, which ends when there is
 * nothing to tell. Bounded by number and by the bytes of bodies: what is beyond that is dropped and counted.
 */
final class Mailbox implements Events.Recipient {

    private static final Logger log = LoggerFactory.getLogger(Mailbox.class);

    /** Enough for some full commits, of 1,000 outcomes each. */
    static final int MOST_EVENTS = 10_000;

    /** A body that is larger waits if no other one does. */
    static final int MOST_BYTES = 16 << 20;

    private static final long WARN_INTERVAL = TimeUnit.MINUTES.toNanos(1);

    private final Listener listener;
    private final ThreadPoolExecutor thread;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong warnAfter = new AtomicLong(System.nanoTime());

    Mailbox(Listener listener) {
        this.listener = listener;
        this.thread = new ThreadPoolExecutor(
                1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_EVENTS), Mailbox::daemon);
        thread.allowCoreThreadTimeOut(true);
    }

    private static Thread daemon(Runnable work) {
        var thread = new Thread(work, "patient-http-events");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public Listener listener() {
        return listener;
    }

    @Override
    public void tell(Consumer<Listener> event, int size) {
        long held = bytes.addAndGet(size);
        waiting.incrementAndGet();
        try {
            if (size == 0 || held == size || held <= MOST_BYTES) {
                thread.execute(() -> deliver(event, size));
                return;
            }
        } catch (RejectedExecutionException e) {
            // as the one below: there are too many
        } catch (Throwable e) { // no thread, no memory: what happened goes on all the same
            log.debug("An event could not be queued", e);
        }
        done(size);
        drop();
    }

    private void deliver(Consumer<Listener> event, int size) {
        try {
            event.accept(listener);
        } catch (Throwable e) { // the application's code: the next event is told all the same
            if (mayWarn()) {
                logFailure(listener, e);
            } else {
                log.debug("Listener {} failed", listener.getClass().getName(), e);
            }
        } finally {
            done(size);
        }
    }

    private void done(int size) {
        bytes.addAndGet(-size);
        waiting.decrementAndGet();
    }

    private void drop() {
        long count = dropped.incrementAndGet();
        if (mayWarn()) {
            log.warn(
                    "Listener {} is too slow: {} events were dropped so far",
                    listener.getClass().getName(),
                    count);
        }
    }

    /** Once a minute for each listener. */
    private boolean mayWarn() {
        long now = System.nanoTime();
        long after = warnAfter.get();
        return now - after >= 0 && warnAfter.compareAndSet(after, now + WARN_INTERVAL);
    }

    static void logFailure(Listener listener, Throwable failure) {
        log.warn("Listener {} failed", listener.getClass().getName(), failure);
    }

    @Override
    public boolean isBusy() {
        return waiting.get() > 0;
    }

    /** How many events were dropped. */
    long dropped() {
        return dropped.get();
    }
}
