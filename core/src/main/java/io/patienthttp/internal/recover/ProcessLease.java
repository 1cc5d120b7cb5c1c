package io.patienthttp.internal.recover;

import io.patienthttp.internal.claim.Ownership;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.ProcessRow;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread {@code patient-http-heartbeat}: registers this process before its first claim and renews its lease. A
 * process that finds its row gone was taken for dead: it takes a new id, and what it held is aborted and not recorded.
 */
public final class ProcessLease implements Ownership {

    private static final Logger log = LoggerFactory.getLogger(ProcessLease.class);

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final RequestStore store;
    private final LeaseSettings settings;
    private final Function<UUID, ProcessRow> description;
    private final IntSupplier inFlight;
    private final Consumer<UUID> onLost;
    private volatile Held held = new Held(UUID.randomUUID(), Long.MIN_VALUE, false);
    private volatile CountDownLatch stopped = new CountDownLatch(1);
    private @Nullable Thread thread; // start and stop are called by one thread at a time

    /**
     * A lease that is not taken yet.
     *
     * @param store on a connection of its own, so that nothing else can keep a heartbeat waiting
     * @param description the row of this process under an id
     * @param inFlight what is written beside the lease
     * @param onLost told the old id, after the new one is in force
     */
    public ProcessLease(
            RequestStore store,
            LeaseSettings settings,
            Function<UUID, ProcessRow> description,
            IntSupplier inFlight,
            Consumer<UUID> onLost) {
        this.store = store;
        this.settings = settings;
        this.description = description;
        this.inFlight = inFlight;
        this.onLost = onLost;
    }

    /** Registers the process under a new id, and starts to beat. */
    public void start() {
        register();
        stopped = new CountDownLatch(1);
        var started = new Thread(this::run, "patient-http-heartbeat");
        started.setDaemon(true);
        thread = started;
        started.start();
    }

    /** Ends the heartbeat and removes the process, which owns nothing any more. */
    public void stop() throws InterruptedException {
        stopped.countDown();
        if (thread != null) {
            thread.join();
            thread = null;
        }
        var last = held;
        held = new Held(last.owner, Long.MIN_VALUE, false);
        store.deregister(last.owner);
    }

    @Override
    public UUID owner() {
        return held.owner;
    }

    @Override
    public boolean isValid(UUID owner) {
        var now = held;
        return now.owner.equals(owner)
                && now.beaten
                && System.nanoTime() - now.lastBeat < settings.lease().toNanos();
    }

    private void register() {
        var owner = UUID.randomUUID();
        long before = System.nanoTime();
        store.register(description.apply(owner));
        held = new Held(owner, before, true);
    }

    private void run() {
        var pause = settings.heartbeat();
        while (!awaitStop(pause)) {
            try {
                beat();
                pause = settings.heartbeat();
            } catch (Throwable e) { // the thread survives: requests in flight go on, their outcomes wait
                log.warn("Could not renew the lease: {}. Trying again in {}", e.toString(), RETRY);
                pause = RETRY.compareTo(settings.heartbeat()) < 0 ? RETRY : settings.heartbeat();
            }
        }
    }

    private void beat() {
        var before = held;
        long sentAt = System.nanoTime();
        if (store.beat(before.owner, settings.heartbeat(), inFlight.getAsInt())) {
            held = new Held(before.owner, sentAt, true);
            return;
        }
        held = new Held(before.owner, sentAt, false);
        register();
        log.warn(
                "Process {} was taken for dead, its requests belong to others now; it goes on as {}",
                before.owner,
                held.owner);
        onLost.accept(before.owner);
    }

    private boolean awaitStop(Duration pause) {
        try {
            return stopped.await(pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            return true; // nobody interrupts this thread but who wants it to end
        }
    }

    /** The id, when its last successful beat was sent, and whether there was one. */
    private record Held(UUID owner, long lastBeat, boolean beaten) {}
}
