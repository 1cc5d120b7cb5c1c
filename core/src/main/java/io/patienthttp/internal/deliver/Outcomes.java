package io.patienthttp.internal.deliver;

import io.patienthttp.CallbackArgs;
import io.patienthttp.Method;
import io.patienthttp.Outcome;
import io.patienthttp.OutcomeDetails;
import io.patienthttp.RejectedFailure;
import io.patienthttp.StorageException;
import io.patienthttp.internal.wire.FixedOutcomes;
import io.patienthttp.internal.wire.OutcomeCodec;
import io.patienthttp.internal.wire.RowReader;
import io.patienthttp.internal.wire.UnreadableException;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.StoredOutcome;
import io.patienthttp.spi.RequestStore.Value;
import java.net.URI;
import java.util.Objects;

/** Reads stored outcomes back into what callbacks take. */
final class Outcomes {

    private final RequestStore store;
    private final RowReader reader;
    private final OutcomeCodec codec = new OutcomeCodec();

    Outcomes(RequestStore store, RowReader reader) {
        this.store = store;
        this.reader = reader;
    }

    /** Whether it may be read while a lock is held: it is in its row, and says itself where the request went. */
    boolean isAtHand(StoredOutcome stored) {
        var value = value(stored);
        return value.reference() == null && !FixedOutcomes.ALL.contains(value.text());
    }

    /**
     * Reads it. An outcome that nobody can read is a failure of its own.
     *
     * @throws UnreadableException if another process may be able to read it
     * @throws StorageException if it cannot be read now
     */
    Outcome read(StoredOutcome stored) throws UnreadableException {
        var args = CallbackArgs.empty();
        try {
            var id = stored.ref().id();
            RowReader.requireKnown(stored.format());
            args = reader.args(id, stored.callbackArgs());
            var json = reader.outcome(id, value(stored));
            return codec.read(json, new OutcomeCodec.Row(id.toString(), stored.attempt(), args, () -> target(stored)));
        } catch (UnreadableException e) {
            if (e.why().elsewhere()) {
                throw e;
            }
            return unreadable(stored, args, e);
        }
    }

    /** Reads it, as far as that can be done here and now. */
    Outcome readForListeners(StoredOutcome stored) {
        try {
            return read(stored);
        } catch (StorageException | UnreadableException e) {
            var row = new OutcomeCodec.Row(
                    stored.ref().id().toString(), stored.attempt(), CallbackArgs.empty(), () -> unknownTarget(stored));
            return codec.read(value(stored).text(), row);
        }
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
