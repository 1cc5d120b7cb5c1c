package io.patienthttp.processor;

import io.patienthttp.Outcome;
import io.patienthttp.RejectedFailure;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Takes what becomes of tasks. Called on threads of the HTTP client: return within milliseconds. For each task exactly
 * one of the methods is called, once (parity 27). The task keeps its slot, and the body its share of the byte budget,
 * until the returned stage completes.
 *
 * @param <T> the tasks
 */
public interface TaskHandler<T extends Task> {

    /** Takes the outcome. */
    CompletionStage<?> completed(T task, Outcome outcome);

    /** The task was given up before its end: aborted, or the processor stopped. It may have reached its server. */
    CompletionStage<?> released(T task);

    /**
     * This process lacks something that the request needs; nothing was sent.
     *
     * @param failure what is missing, of kind PREPARATION
     */
    default CompletionStage<?> unprepared(T task, RejectedFailure failure) {
        return completed(task, failure);
    }

    /** It cannot be sent now, for a reason that passes; nothing was sent. It is worth to try again after the delay. */
    default CompletionStage<?> postponed(T task, Duration delay) {
        return released(task);
    }
}
