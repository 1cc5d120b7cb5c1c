package io.patienthttp.spi;

import java.time.Duration;

/** Delivers outcomes; called by the engine, on its threads, once for each run of a callback job. */
@FunctionalInterface
public interface CallbackRunner {

    /** Runs it, and says what the engine is to do with the job. Never throws. */
    Result run(CallbackRun run);

    /**
     * Waits until all jobs of finished runs are removed, for as long as that takes. To be called when no run is under way
     * any more, before the engine gives back what it holds: a job given back before it is removed would run again.
     */
    default void flush() throws InterruptedException {}

    /** What the engine is to do with the job. */
    sealed interface Result {

        /** The job is done; it is removed through {@link CallbackQueue#remove} where the queue is transactional. */
        record Finished() implements Result {}

        /** Run it again after the delay, and count this run as a failure. */
        record Failed(Throwable cause, Duration delay) implements Result {}

        /** Run it again after the delay, without counting this run. */
        record Later(Duration delay) implements Result {}
    }
}
