package io.patienthttp.internal.claim;

import io.patienthttp.processor.Processor;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread {@code patient-http-claimer}: has the {@link Claimer} claim. Woken by commits of this process and by slots
 * that become free, else it polls.
 */
public final class ClaimerThread {

    private static final Logger log = LoggerFactory.getLogger(ClaimerThread.class);

    private static final Duration SLOWEST_POLL = Duration.ofSeconds(1);

    /** While requests are in flight, slots that become free one by one are claimed for together. */
    private static final Duration LINGER = Duration.ofMillis(50);

    private final Claimer claimer;
    private final Processor<ClaimedTask> processor;
    private final Duration pollInterval;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean running; // guarded by lock
    private boolean woken; // guarded by lock
    private boolean roomFreed; // guarded by lock
    private @Nullable Thread thread; // guarded by lock
    private volatile @Nullable Long lastTurn;

    /**
     * A thread that is stopped.
     *
     * @param pollInterval how often it looks while there is work; when idle twice as rarely each time, down to once a second
     */
    public ClaimerThread(Claimer claimer, Processor<ClaimedTask> processor, Duration pollInterval) {
        this.claimer = claimer;
        this.processor = processor;
        this.pollInterval = pollInterval;
    }

    /** Starts the thread. */
    public void start() {
        lock.lock();
        try {
            running = true;
            woken = true;
            lastTurn = System.nanoTime();
            thread = new Thread(this::run, "patient-http-claimer");
            thread.setDaemon(true);
            thread.start();
        } finally {
            lock.unlock();
        }
    }

    /** Stops the thread and waits for a claim that runs; what it claims after the timeout is not taken, but released. */
    public void stop(Duration timeout) throws InterruptedException {
        Thread stopped;
        lock.lock();
        try {
            running = false;
            changed.signalAll();
            stopped = thread;
            thread = null;
        } finally {
            lock.unlock();
        }
        if (stopped != null) {
            stopped.join(Math.max(1, timeout.toMillis()));
        }
    }

    /** Says that there is something to claim. */
    public void wake() {
        lock.lock();
        try {
            woken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Says that the processor has room again. */
    public void roomFreed() {
        lock.lock();
        try {
            if (!roomFreed) {
                roomFreed = true;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** How long ago a turn ended in which it claimed, or had no room; at first, how long ago it started. Empty before. */
    public Optional<Duration> sinceTurn() {
        return Optional.ofNullable(lastTurn).map(last -> Duration.ofNanos(System.nanoTime() - last));
    }

    private void run() {
        var pause = pollInterval;
        while (isRunning()) {
            boolean more = false;
            try {
                more = claimer.claim();
                lastTurn = System.nanoTime();
            } catch (Throwable e) { // the thread survives; what such a claim may have taken is reconciled first
                log.warn("Could not claim: {}. Trying again in {}", e.toString(), SLOWEST_POLL);
                log.debug("Could not claim", e);
                pause = SLOWEST_POLL;
            }
            if (!more) {
                pause = await(pause);
            }
        }
    }

    private boolean isRunning() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a reason to claim; returns how long to wait for the next one. */
    private Duration await(Duration pause) {
        long left = pause.toNanos();
        long lingered = LINGER.toNanos();
        lock.lock();
        try {
            while (running && !woken && left > 0) {
                if (roomFreed && (lingered <= 0 || processor.free() >= processor.capacity() / 8)) {
                    break;
                }
                long wait = roomFreed ? Math.min(left, lingered) : left;
                long before = System.nanoTime();
                changed.awaitNanos(wait);
                long waited = System.nanoTime() - before;
                left -= waited;
                lingered -= roomFreed ? waited : 0;
            }
            var signalled = woken || roomFreed;
            woken = false;
            roomFreed = false;
            return signalled ? pollInterval : slower(pause);
        } catch (InterruptedException e) {
            running = false; // nobody interrupts this thread but who wants it to end
            return pause;
        } finally {
            lock.unlock();
        }
    }

    private Duration slower(Duration pause) {
        var doubled = pause.multipliedBy(2);
        return doubled.compareTo(SLOWEST_POLL) < 0 ? doubled : max(SLOWEST_POLL, pollInterval);
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) >= 0 ? a : b;
    }
}
