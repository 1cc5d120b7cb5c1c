package io.patienthttp.spi;

import java.time.Duration;

/** Delivers outcomes; called by the engine, on its threads, once for each run of a callback job. */
@FunctionalInterface
public interface CallbackRunner {

    /** Runs it, and says what the engine is to do with the job. Never throws. */
    Result run(CallbackRun run);

    /** What the engine is to do with the job. */
    sealed interface Result {

        /** The job is done; it was removed through {@link CallbackQueue#remove} where the queue is transactional. */
        record Finished() implements Result {}

        /** Run it again after the delay, and count this run as a failure. */
        record Failed(Throwable cause, Duration delay) implements Result {}

        /** Run it again after the delay, without counting this run. */
        record Later(Duration delay) implements Result {}
    }
}
