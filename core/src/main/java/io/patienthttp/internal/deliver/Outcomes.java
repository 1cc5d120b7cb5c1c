package io.patienthttp.internal.deliver;

import io.patienthttp.CallbackArgs;
import io.patienthttp.Method;
import io.patienthttp.Outcome;
import io.patienthttp.OutcomeDetails;
import io.patienthttp.RejectedFailure;
import io.patienthttp.StorageException;
import io.patienthttp.internal.wire.Envelope;
import io.patienthttp.internal.wire.FixedOutcomes;
import io.patienthttp.internal.wire.MemoryGate;
import io.patienthttp.internal.wire.OutcomeCodec;
import io.patienthttp.internal.wire.RowReader;
import io.patienthttp.internal.wire.UnreadableException;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.StoredOutcome;
import io.patienthttp.spi.RequestStore.Value;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Reads stored outcomes back into what callbacks take. */
final class Outcomes {

    /** So many threads of the engine wait for one payload store, so that others are left if it does not answer. */
    private static final int FETCHES = 4;

    /** How long a thread of the engine waits for its turn. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final RequestStore store;
    private final RowReader reader;
    private final MemoryGate memory;
    private final OutcomeCodec codec = new OutcomeCodec();
    private final Map<String, Semaphore> fetches = new ConcurrentHashMap<>();

    Outcomes(RequestStore store, RowReader reader, MemoryGate memory) {
        this.store = store;
        this.reader = reader;
        this.memory = memory;
    }

    /** It is not this one's turn: too much is read, or delivered, at the same time. */
    static final class Busy extends Exception {

        private static final long serialVersionUID = 1L;

        Busy(String what) {
            super(what, null, false, false);
        }
    }

    /** Waits until there is memory for it, which is held until the permit is closed; holding no lock and no connection. */
    MemoryGate.Permit permit(StoredOutcome stored) throws InterruptedException, Busy {
        var permit = memory.ask(value(stored).size());
        if (!permit.await(PATIENCE)) {
            throw new Busy("memory");
        }
        return permit;
    }

    /** Whether it may be read while a lock is held: it is in its row, and says itself where the request went. */
    boolean isAtHand(StoredOutcome stored) {
        var value = value(stored);
        return value.reference() == null && !FixedOutcomes.ALL.contains(value.text());
    }

    /**
     * Reads one that is at hand. An outcome that nobody can read is a failure of its own.
     *
     * @throws UnreadableException if another process may be able to read it
     * @throws StorageException if it cannot be read now
     */
    Outcome readAtHand(StoredOutcome stored) throws UnreadableException {
        return read(stored, () -> reader.outcome(stored.ref().id(), value(stored)));
    }

    /**
     * Reads any.
     *
     * @throws Busy if too many threads wait for its payload store
     * @throws UnreadableException as {@link #readAtHand}
     */
    Outcome read(StoredOutcome stored) throws UnreadableException, InterruptedException, Busy {
        var id = stored.ref().id();
        var value = value(stored);
        var reference = value.reference();
        if (reference == null) {
            return readAtHand(stored);
        }
        if (value.isLeft()) {
            return read(stored, () -> reader.outcome(id, text(id)));
        }
        var name = Envelope.storeOf(reference);
        var turns = fetches.computeIfAbsent(name, any -> new Semaphore(FETCHES));
        if (!turns.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new Busy("payload store " + name);
        }
        try {
            return readAtHand(stored);
        } finally {
            turns.release();
        }
    }

    private Outcome read(StoredOutcome stored, Source source) throws UnreadableException {
        var args = CallbackArgs.empty();
        try {
            var id = stored.ref().id();
            RowReader.requireKnown(stored.format());
            args = reader.args(id, stored.callbackArgs());
            var row = new OutcomeCodec.Row(id.toString(), stored.attempt(), args, () -> target(stored));
            return codec.read(source.json(), row);
        } catch (UnreadableException e) {
            if (e.why().elsewhere()) {
                throw e;
            }
            return unreadable(stored, args, e);
        }
    }

    /** Reads one that the store made, as far as that can be done here and now. */
    Outcome readForListeners(StoredOutcome stored) {
        try {
            return readAtHand(stored);
        } catch (StorageException | UnreadableException e) {
            var row = new OutcomeCodec.Row(
                    stored.ref().id().toString(), stored.attempt(), CallbackArgs.empty(), () -> unknownTarget(stored));
            return codec.read(value(stored).text().getBytes(StandardCharsets.UTF_8), row);
        }
    }

    private byte[] text(UUID id) {
        return store.outcomeText(id)
                .orElseThrow(() -> StorageException.unavailable(
                        "read the outcome of request " + id, new IOException("it was just removed")));
    }

    /** Where the JSON of an outcome comes from. */
    @FunctionalInterface
    private interface Source {

        byte[] json() throws UnreadableException;
    }

    private Outcome unreadable(StoredOutcome stored, CallbackArgs args, UnreadableException e) {
        var target = target(stored);
        var details = OutcomeDetails.builder(stored.ref().id().toString(), target.method(), target.url())
                .attempt(stored.attempt())
                .callbackArgs(args)
                .build();
        return RejectedFailure.of(
                details, e.why().kind(), "the stored outcome cannot be read: " + e.getMessage(), true);
    }

    /** An outcome that the store made does not say where the request went; nor does a request that is damaged. */
    private OutcomeCodec.Target target(StoredOutcome stored) {
        try {
            var id = stored.ref().id();
            var request = reader.request(id, store.request(id).orElseThrow());
            return new OutcomeCodec.Target(request.method(), request.url());
        } catch (StorageException e) {
            throw e;
        } catch (RuntimeException | UnreadableException e) {
            return unknownTarget(stored);
        }
    }

    private static OutcomeCodec.Target unknownTarget(StoredOutcome stored) {
        return new OutcomeCodec.Target(Method.parse(stored.method()), URI.create("//" + stored.host()));
    }

    private static Value value(StoredOutcome stored) {
        return Objects.requireNonNull(stored.outcome(), "a completed request has an outcome");
    }
}
