package io.patienthttp.internal.deliver;

import io.patienthttp.Outcome;
import io.patienthttp.internal.wire.OutcomeCodec;
import io.patienthttp.internal.wire.RequestCodec;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.StoredOutcome;
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
                        () -> requests.read(store.request(id).orElseThrow())));
    }
}
