package io.patienthttp.processor;

import io.patienthttp.Outcome;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Takes what becomes of tasks. Called on threads of the HTTP client: return within milliseconds. For each task exactly
 * one of the methods is called (parity 27).
 *
 * @param <T> the tasks
 */
public interface TaskHandler<T extends Task> {

    /**
     * Takes the outcome. The task keeps its slot, and the body its share of the byte budget, until the stage completes.
     */
    CompletionStage<?> completed(T task, Outcome outcome);

    /**
     * The task was not sent to its end: the processor stopped, or this process lacks something that the request needs.
     * It may have reached its server.
     *
     * @param delay after which it is worth to try again
     */
    CompletionStage<?> released(T task, Duration delay);
}
