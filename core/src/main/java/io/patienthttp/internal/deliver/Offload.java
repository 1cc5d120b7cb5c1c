package io.patienthttp.internal.deliver;

import io.patienthttp.Outcome;
import io.patienthttp.StorageException;
import io.patienthttp.internal.wire.Column;
import io.patienthttp.internal.wire.Envelope;
import io.patienthttp.internal.wire.Envelope.Closed;
import io.patienthttp.internal.wire.FixedOutcomes;
import io.patienthttp.spi.RequestStore.ClaimedRequest;
import io.patienthttp.spi.RequestStore.StoredOutcome;
import io.patienthttp.spi.RequestStore.Value;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seals outcomes, off-loads large ones on threads that may wait for their store, and has them written. An outcome is not
 * lost because a store is: what it does not take for half a minute goes into its row. Safe for all threads.
 */
final class Offload {

    private static final Logger log = LoggerFactory.getLogger(Offload.class);

    private static final Duration AGAIN = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final GroupCommit commits;
    private final Envelope envelope;
    private final Executor threads;
    private final Duration lastUse;

    Offload(GroupCommit commits, Recorder.Payloads payloads) {
        this.commits = commits;
        this.envelope = payloads.envelope();
        this.threads = payloads.threads().ofStore(envelope.writtenStore());
        this.lastUse = payloads.grace().dividedBy(2);
    }

    /** Completes once the outcome is written. Neither throws nor waits for a payload store. */
    CompletionStage<?> write(UUID owner, ClaimedRequest row, String json, Outcome given) {
        var outcome = new Waiting(
                owner, row, json, given, commits.expect(), commits.waits().nanoTime());
        seal(outcome);
        return outcome.written;
    }

    /** Writes one of the outcomes that are not sealed. */
    CompletionStage<?> writeFixed(UUID owner, ClaimedRequest row, String fixed) {
        var outcome = new Waiting(
                owner, row, fixed, null, commits.expect(), commits.waits().nanoTime());
        add(outcome, Value.of(fixed), null);
        return outcome.written;
    }

    private void seal(Waiting outcome) {
        Closed closed;
        try {
            closed = envelope.close(outcome.row.ref().id(), Column.OUTCOME, outcome.json);
        } catch (StorageException e) { // in clear it must not be stored
            log.warn("The outcome of {} cannot be sealed now: {}. Trying again in {}", outcome, e.getMessage(), AGAIN);
            commits.waits().later(AGAIN, () -> threads.execute(() -> seal(outcome)));
            return;
        } catch (Throwable e) { // to leave it would have the request sent again
            log.error("The outcome of {} cannot be sealed", outcome, e);
            add(outcome.without(), Value.of(FixedOutcomes.UNSTORABLE), null);
            return;
        }
        if (closed.isOffloaded()) {
            threads.execute(() -> store(outcome, closed));
        } else {
            add(outcome, envelope.inRow(closed), null);
        }
    }

    private void store(Waiting outcome, Closed closed) {
        long now = commits.waits().nanoTime();
        var waited = Duration.ofNanos(now - outcome.since);
        if (waited.compareTo(PATIENCE) >= 0) {
            log.warn("The payload store did not take the outcome of {} for {}; it goes into its row", outcome, waited);
            add(outcome, envelope.inRow(closed), null);
            return;
        }
        Value value;
        try {
            value = envelope.store(closed);
        } catch (Throwable e) { // a store may be anybody's
            log.warn("Could not store the outcome of {}: {}. Trying again in {}", outcome, e.toString(), AGAIN);
            commits.waits().later(AGAIN, () -> threads.execute(() -> store(outcome, closed)));
            return;
        }
        add(outcome, value, new Change.Payload(now + lastUse.toNanos(), () -> envelope.inRow(closed)));
    }

    private void add(Waiting outcome, Value value, Change.@Nullable Payload payload) {
        var fresh = StoredOutcome.of(outcome.row, Envelope.format(value), value);
        commits.add(new Change.Complete(outcome.owner, fresh, payload, outcome.given, outcome.written));
    }

    /** An outcome on its way; shows nothing of it. */
    private record Waiting(
            UUID owner,
            ClaimedRequest row,
            String json,
            @Nullable Outcome given,
            CompletableFuture<Void> written,
            long since) {

        /** The same, of which listeners are told what its row says. */
        Waiting without() {
            return new Waiting(owner, row, json, null, written, since);
        }

        @Override
        public String toString() {
            return "request " + row.ref();
        }
    }
}
