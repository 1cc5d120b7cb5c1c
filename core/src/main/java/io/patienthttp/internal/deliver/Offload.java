package io.patienthttp.internal.deliver;

import io.patienthttp.Outcome;
import io.patienthttp.StorageException;
import io.patienthttp.internal.wire.Column;
import io.patienthttp.internal.wire.Envelope;
import io.patienthttp.internal.wire.Envelope.Closed;
import io.patienthttp.internal.wire.FixedOutcomes;
import io.patienthttp.internal.wire.MemoryGate;
import io.patienthttp.internal.wire.PayloadThreads;
import io.patienthttp.spi.RequestStore.ClaimedRequest;
import io.patienthttp.spi.RequestStore.StoredOutcome;
import io.patienthttp.spi.RequestStore.Value;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes outcomes as JSON, seals them, off-loads large ones on threads that may wait for their store, and has them
 * committed. Large ones wait for memory, and hold it until that is done. An outcome is not lost because a store is, or
 * because it does not answer: what it does not take for half a minute goes into its row. Safe for all threads.
 */
final class Offload {

    private static final Logger log = LoggerFactory.getLogger(Offload.class);

    private static final Duration AGAIN = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final GroupCommit commits;
    private final Envelope envelope;
    private final PayloadThreads threads;
    private final Executor storing;
    private final MemoryGate memory;
    private final Duration lastUse;

    Offload(GroupCommit commits, Recorder.Payloads payloads) {
        this.commits = commits;
        this.envelope = payloads.envelope();
        this.threads = payloads.threads();
        this.storing = threads.ofStore(envelope.writtenStore());
        this.memory = payloads.memory();
        this.lastUse = payloads.grace().dividedBy(2);
    }

    /**
     * Completes once the outcome is committed. Neither throws nor waits for a payload store.
     *
     * @param size of its body in bytes
     * @param json makes its JSON; called once there is memory for it, and again if that was not enough
     * @param given what the callback gets, and listeners are told; null if only the row says it
     */
    CompletionStage<?> write(UUID owner, ClaimedRequest row, int size, Supplier<byte[]> json, @Nullable Outcome given) {
        var outcome = new Waiting(owner, row, json, given, commits.expect());
        if (!MemoryGate.isLarge(size)) {
            seal(outcome);
            return outcome.written;
        }
        var permit = memory.ask(size);
        outcome.written.whenComplete((ok, failed) -> permit.close());
        permit.granted().thenRunAsync(() -> seal(outcome), threads.large());
        return outcome.written;
    }

    private void seal(Waiting outcome) {
        try {
            var closed = envelope.close(outcome.row.ref().id(), Column.OUTCOME, outcome.json.get());
            if (closed.isOffloaded()) {
                offload(new Pending(outcome, closed));
            } else {
                add(outcome, envelope.inRow(closed), null);
            }
        } catch (StorageException e) { // in clear it must not be stored
            log.warn("The outcome of {} cannot be sealed now: {}. Trying again in {}", outcome, e.getMessage(), AGAIN);
            later(AGAIN, threads.large(), () -> seal(outcome));
        } catch (OutOfMemoryError e) { // the answer is here, and others give back what they hold
            log.error("There is no memory to write the outcome of {}. Trying again in {}", outcome, AGAIN);
            later(AGAIN, threads.large(), () -> seal(outcome));
        } catch (Throwable e) { // to leave it would have the request sent again
            log.error("The outcome of {} cannot be written", outcome, e);
            add(outcome.without(), Value.of(FixedOutcomes.UNSTORABLE), null);
        }
    }

    private void offload(Pending pending) {
        var open = new AtomicReference<@Nullable Pending>(pending); // which the timer does not keep once it is done
        later(PATIENCE, threads.large(), () -> giveUp(open));
        storing.execute(() -> store(open));
    }

    private void store(AtomicReference<@Nullable Pending> open) {
        var pending = open.get();
        if (pending == null) {
            return;
        }
        var outcome = pending.outcome;
        var closed = pending.closed;
        long now = commits.waits().nanoTime();
        try {
            var value = envelope.store(closed);
            if (open.compareAndSet(pending, null)) {
                add(outcome, value, new Change.Payload(now + lastUse.toNanos(), () -> envelope.inRow(closed)));
            }
        } catch (Throwable e) { // a store may be anybody's
            log.warn("Could not store the outcome of {}: {}. Trying again in {}", outcome, e.toString(), AGAIN);
            later(AGAIN, storing, () -> store(open));
        }
    }

    /** The store may be in the middle of it. What it stores after all, no row refers to. */
    private void giveUp(AtomicReference<@Nullable Pending> open) {
        var pending = open.get();
        if (pending == null) {
            return;
        }
        try {
            var value = envelope.inRow(pending.closed);
            if (open.compareAndSet(pending, null)) {
                log.warn(
                        "The payload store did not take the outcome of {} for {}; it goes into its row",
                        pending.outcome,
                        PATIENCE);
                add(pending.outcome, value, null);
            }
        } catch (OutOfMemoryError e) {
            later(AGAIN, threads.large(), () -> giveUp(open));
        }
    }

    private void later(Duration delay, Executor threads, Runnable action) {
        commits.waits().later(delay, () -> threads.execute(action));
    }

    private void add(Waiting outcome, Value value, Change.@Nullable Payload payload) {
        var fresh = StoredOutcome.of(outcome.row, Envelope.format(value), value);
        commits.add(new Change.Complete(outcome.owner, fresh, payload, outcome.given, outcome.written));
    }

    /** An outcome on its way; shows nothing of it. */
    private record Waiting(
            UUID owner,
            ClaimedRequest row,
            Supplier<byte[]> json,
            @Nullable Outcome given,
            CompletableFuture<Void> written) {

        /** The same, of which only its row says what it is. */
        Waiting without() {
            return new Waiting(owner, row, json, null, written);
        }

        @Override
        public String toString() {
            return "request " + row.ref();
        }
    }

    /** An outcome that its store has not taken yet. */
    private record Pending(Waiting outcome, Closed closed) {}
}
