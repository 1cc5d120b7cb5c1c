package io.patienthttp.internal.deliver;

import io.patienthttp.Method;
import io.patienthttp.Outcome;
import io.patienthttp.StorageException;
import io.patienthttp.internal.wire.OutcomeCodec;
import io.patienthttp.internal.wire.RequestCodec;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.StoredOutcome;
import java.net.URI;
import java.util.Objects;

/** Reads stored outcomes back into what callbacks take. */
final class Outcomes {

    private final RequestStore store;
    private final RequestCodec requests = new RequestCodec();
    private final OutcomeCodec outcomes = new OutcomeCodec();

    Outcomes(RequestStore store) {
        this.store = store;
    }

    Outcome read(StoredOutcome stored) {
        var id = stored.ref().id();
        return outcomes.read(
                Objects.requireNonNull(stored.outcome(), "a completed request has an outcome"),
                new OutcomeCodec.Row(
                        id.toString(),
                        stored.attempt(),
                        requests.readArgs(stored.callbackArgs()),
                        () -> target(stored)));
    }

    /** An outcome that the store made does not say where the request went; nor does a request that is damaged. */
    private OutcomeCodec.Target target(StoredOutcome stored) {
        try {
            var request = requests.read(store.request(stored.ref().id()).orElseThrow());
            return new OutcomeCodec.Target(request.method(), request.url());
        } catch (StorageException e) {
            throw e;
        } catch (RuntimeException e) {
            return new OutcomeCodec.Target(Method.parse(stored.method()), URI.create("//" + stored.host()));
        }
    }
}
