package io.patienthttp.internal.deliver;

import io.patienthttp.Outcome;
import io.patienthttp.spi.CallbackRun;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore.StoredOutcome;
import io.patienthttp.spi.RequestStore.Value;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
     * @param payload what is in a payload store of it; null if nothing is
     * @param given what the callback gets, and listeners are told, if it is recorded; null if only the row says it
     */
    record Complete(
            UUID owner,
            StoredOutcome fresh,
            @Nullable Payload payload,
            @Nullable Outcome given,
            CompletableFuture<Void> written)
            implements Change {

        @Override
        public RequestRef ref() {
            return fresh.ref();
        }

        Value outcome() {
            return Objects.requireNonNull(fresh.outcome());
        }

        /** The same outcome, in its row. */
        Complete inRow(Value value) {
            return new Complete(owner, fresh.with(value), null, given, written);
        }

        /** With one of the outcomes that hold no data. */
        Complete fixed(String outcome) {
            return new Complete(owner, fresh.with(Value.of(outcome)), null, null, written);
        }
    }

    /**
     * A payload that no row refers to yet, so that the sweeper may delete it once it is old.
     *
     * @param lastUse until when a row may come to refer to it, in nanoseconds as {@link Waits#nanoTime} counts
     * @param inRow the value in its row, for when it is too late
     */
    record Payload(long lastUse, Supplier<Value> inRow) {}

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
