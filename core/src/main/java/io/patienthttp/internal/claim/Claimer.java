package io.patienthttp.internal.claim;

import io.patienthttp.CapacityException;
import io.patienthttp.NotRunningException;
import io.patienthttp.Request;
import io.patienthttp.internal.http.ByteBudget;
import io.patienthttp.internal.wire.RequestCodec;
import io.patienthttp.processor.Processor;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.ClaimOrder;
import io.patienthttp.spi.RequestStore.ClaimedRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread {@code patient-http-claimer}: claims as many due rows as the processor has room for, and hands them to it as
 * tasks. Woken by commits of this process, else it polls. Both bounds of capacity stop it: slots, and bytes of answers.
 */
public final class Claimer {

    private static final Logger log = LoggerFactory.getLogger(Claimer.class);

    /** Rows a claim: enough to make its commit cheap, few enough to keep the statement short. */
    private static final int BATCH = 250;

    private static final Duration SLOWEST_POLL = Duration.ofSeconds(1);

    /** While requests are in flight, slots that become free one by one are claimed for together. */
    private static final Duration LINGER = Duration.ofMillis(50);

    private final RequestStore store;
    private final Processor<ClaimedTask> processor;
    private final ByteBudget budget;
    private final Ownership ownership;
    private final UnusableRows unusable;
    private final ClaimSettings settings;
    private final RequestCodec codec = new RequestCodec();

    /** Held while a claim runs and its rows become tasks: reconcile must not take them for lost. */
    private final ReentrantLock claiming = new ReentrantLock();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean running; // guarded by lock
    private boolean woken; // guarded by lock
    private boolean roomFreed; // guarded by lock
    private @Nullable Thread thread; // guarded by lock
    private volatile Runnable onUnknownResult = () -> {};

    /** A claimer that is stopped. */
    public Claimer(
            RequestStore store,
            Processor<ClaimedTask> processor,
            ByteBudget budget,
            Ownership ownership,
            UnusableRows unusable,
            ClaimSettings settings) {
        this.store = store;
        this.processor = processor;
        this.budget = budget;
        this.ownership = ownership;
        this.unusable = unusable;
        this.settings = settings;
    }

    /** Sets what runs after a claim whose result is unknown: it may own rows that it does not hold. */
    public void onUnknownResult(Runnable reconcile) {
        this.onUnknownResult = reconcile;
    }

    /** Starts the thread. */
    public void start() {
        lock.lock();
        try {
            running = true;
            woken = true;
            thread = new Thread(this::run, "patient-http-claimer");
            thread.setDaemon(true);
            thread.start();
        } finally {
            lock.unlock();
        }
    }

    /** Stops the thread and waits for a claim that runs. */
    public void stop() throws InterruptedException {
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
            stopped.join();
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

    /** Runs the action while no claim runs. */
    public void excludingClaims(Runnable action) {
        claiming.lock();
        try {
            action.run();
        } finally {
            claiming.unlock();
        }
    }

    private void run() {
        var pause = settings.pollInterval();
        while (isRunning()) {
            int claimed = 0;
            try {
                claimed = claim();
            } catch (Throwable e) { // the thread survives; a claim of unknown result is reconciled
                log.warn("Could not claim: {}. Trying again in {}", e.toString(), SLOWEST_POLL);
                log.debug("Could not claim", e);
                reconcileQuietly();
                pause = SLOWEST_POLL;
            }
            if (claimed > 0) {
                pause = settings.pollInterval();
            }
            if (!(claimed == BATCH && hasRoom())) {
                pause = await(pause);
            }
        }
    }

    private void reconcileQuietly() {
        try {
            onUnknownResult.run();
        } catch (RuntimeException e) {
            log.debug("Could not reconcile; tried again once per lease", e);
        }
    }

    private boolean hasRoom() {
        return processor.free() > 0 && !budget.isExhausted() && ownership.isValid(ownership.owner());
    }

    private int claim() {
        claiming.lock();
        try {
            if (!hasRoom()) {
                return 0;
            }
            var owner = ownership.owner();
            var rows = store.claim(order(owner));
            rows.forEach(row -> begin(owner, row));
            return rows.size();
        } finally {
            claiming.unlock();
        }
    }

    private ClaimOrder order(UUID owner) {
        int suspects = 1;
        var rooms = new HashMap<>(settings.limits());
        for (var task : processor.tasks()) {
            if (task.row().recoveries() >= Math.max(1, settings.maxRecoveries())) {
                suspects = 0;
            }
            rooms.computeIfPresent(task.row().concurrencyKey(), (key, room) -> room - 1);
        }
        return new ClaimOrder(
                owner, Math.min(BATCH, processor.free()), Map.copyOf(rooms), suspects, settings.maxRecoveries());
    }

    private void begin(UUID owner, ClaimedRequest row) {
        if (row.stored().format() > RequestCodec.FORMAT) {
            unusable.tooNew(owner, row);
            return;
        }
        Request request;
        try {
            request = codec.read(row.stored());
        } catch (RuntimeException e) {
            unusable.unreadable(owner, row, e);
            return;
        }
        try {
            processor.enqueue(new ClaimedTask(owner, row, request));
        } catch (NotRunningException | CapacityException e) {
            unusable.unwanted(owner, row);
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
            return signalled ? settings.pollInterval() : slower(pause);
        } catch (InterruptedException e) {
            running = false; // nobody interrupts this thread but who wants it to end
            return pause;
        } finally {
            lock.unlock();
        }
    }

    private Duration slower(Duration pause) {
        var doubled = pause.multipliedBy(2);
        return doubled.compareTo(SLOWEST_POLL) < 0 ? doubled : max(SLOWEST_POLL, settings.pollInterval());
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) >= 0 ? a : b;
    }
}
