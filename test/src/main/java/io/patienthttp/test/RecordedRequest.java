package io.patienthttp.test;

import io.patienthttp.Outcome;
import io.patienthttp.RequestState;
import io.patienthttp.RequestStatus;
import io.patienthttp.runtime.InlinePatientHttp.Admitted;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A request that the application enqueued, and where it is. All that changes is guarded by {@link RequestQueue}. */
final class RecordedRequest {

    private final Admitted admitted;
    private final RequestView view;
    private final Instant createdAt;

    /** Null once its callback is done. */
    @Nullable
    RequestState state = RequestState.PENDING;

    /** When it is sent, or its callback runs. */
    Instant due;

    @Nullable
    Outcome outcome;

    int failures;
    boolean cancelRequested;

    @Nullable
    String lastError;

    /** Whether a thread is at it. */
    boolean taken;

    /** Whether the test expected it to be enqueued. */
    boolean asserted;

    RecordedRequest(Admitted admitted, Instant createdAt) {
        this.admitted = admitted;
        this.view = RequestView.of(admitted.request(), admitted.callback());
        this.createdAt = createdAt;
        this.due = createdAt.plus(admitted.request().delay());
    }

    Admitted admitted() {
        return admitted;
    }

    RequestView view() {
        return view;
    }

    /** Whether it has no outcome that its callback was called with. */
    boolean isUndelivered() {
        return state == RequestState.PENDING || state == RequestState.IN_FLIGHT;
    }

    RequestStatus status(RequestState now) {
        return new RequestStatus(
                admitted.id(),
                now,
                new RequestStatus.Attempts(1, 0, cancelRequested),
                admitted.callback(),
                createdAt,
                lastError);
    }
}
