package io.patienthttp.internal.deliver;

import io.patienthttp.spi.CallbackRun;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore.StoredOutcome;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Something to write of one row, together with others. */
sealed interface Change {

    /** Completes once it is written, or found to be somebody else's business by now. */
    CompletableFuture<Void> written();

    /** The row that it is about. */
    RequestRef ref();

    /**
     * An outcome, with its callback job.
     *
     * @param fresh the row as it will be, for a callback that runs in this process
     */
    record Complete(UUID owner, StoredOutcome fresh, CompletableFuture<Void> written) implements Change {

        @Override
        public RequestRef ref() {
            return fresh.ref();
        }

        String outcome() {
            return Objects.requireNonNull(fresh.outcome());
        }
    }

    /** The row is given back, due after the delay. */
    record Release(UUID owner, RequestRef ref, Duration delay, CompletableFuture<Void> written) implements Change {}

    /** The job of a run is done; its row too, unless that went with the callback's transaction. */
    record Remove(CallbackRun run, boolean row, CompletableFuture<Void> written) implements Change {

        @Override
        public RequestRef ref() {
            return run.ref();
        }
    }
}
