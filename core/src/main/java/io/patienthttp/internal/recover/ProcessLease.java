package io.patienthttp.internal.recover;

import io.patienthttp.internal.claim.Ownership;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.ProcessRow;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lease of this process: registers it before its first claim, and renews the lease with each beat. A process that
 * finds its row gone was taken for dead: it takes a new id, and what it held is aborted and not recorded.
 */
public final class ProcessLease implements Ownership {

    private static final Logger log = LoggerFactory.getLogger(ProcessLease.class);

    private final RequestStore store;
    private final LeaseSettings settings;
    private final Function<UUID, ProcessRow> description;
    private final IntSupplier inFlight;
    private final Consumer<UUID> onLost;
    private final LongSupplier nanoTime;
    private volatile Held held = new Held(UUID.randomUUID(), Long.MIN_VALUE, false);

    /**
     * A lease that is not taken yet.
     *
     * @param store on a connection of its own, so that nothing else can keep a heartbeat waiting
     * @param description the row of this process under an id
     * @param inFlight what is written beside the lease
     * @param onLost told the old id, after the new one is in force
     * @param nanoTime this process's own monotonic clock
     */
    public ProcessLease(
            RequestStore store,
            LeaseSettings settings,
            Function<UUID, ProcessRow> description,
            IntSupplier inFlight,
            Consumer<UUID> onLost,
            LongSupplier nanoTime) {
        this.store = store;
        this.settings = settings;
        this.description = description;
        this.inFlight = inFlight;
        this.onLost = onLost;
        this.nanoTime = nanoTime;
    }

    /** Registers the process under a new id. */
    public void register() {
        register(UUID.randomUUID());
    }

    /** Nothing is valid any more. */
    public void end() {
        held = new Held(held.owner, Long.MIN_VALUE, false);
    }

    /** Removes the process, which owns nothing any more. */
    public void deregister() {
        store.deregister(held.owner);
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
                && nanoTime.getAsLong() - now.lastBeat < settings.lease().toNanos();
    }

    /** How long ago the last beat that succeeded was sent; empty while nothing is valid. */
    public Optional<Duration> sinceBeat() {
        var now = held;
        return now.beaten ? Optional.of(Duration.ofNanos(nanoTime.getAsLong() - now.lastBeat)) : Optional.empty();
    }

    private void register(UUID owner) {
        long before = nanoTime.getAsLong();
        store.register(description.apply(owner));
        held = new Held(owner, before, true);
    }

    /** Renews the lease, or takes a new one if it is lost. */
    public void beat() {
        var before = held;
        long sentAt = nanoTime.getAsLong();
        if (store.beat(before.owner, settings.heartbeat(), inFlight.getAsInt())) {
            held = new Held(before.owner, sentAt, true);
            return;
        }
        var successor = before.successor == null ? UUID.randomUUID() : before.successor;
        held = new Held(
                before.owner, sentAt, false, successor); // kept, should the answer to the next statement be lost
        register(successor);
        log.warn(
                "Process {} was taken for dead, its requests belong to others now; it goes on as {}",
                before.owner,
                successor);
        onLost.accept(before.owner);
    }

    /** The id, when its last successful beat was sent, whether there was one, and the id after it if it is lost. */
    private record Held(
            UUID owner,
            long lastBeat,
            boolean beaten,
            @Nullable UUID successor) {

        Held(UUID owner, long lastBeat, boolean beaten) {
            this(owner, lastBeat, beaten, null);
        }
    }
}
