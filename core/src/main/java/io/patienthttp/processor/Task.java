package io.patienthttp.processor;

import io.patienthttp.CallbackArgs;
import io.patienthttp.OutcomeDetails;
import io.patienthttp.Request;
import java.time.Duration;

/** A request inside one process, from the moment the processor takes it until its outcome is handled. */
public interface Task {

    /** The id of the request; what goes into {@code x-request-id}. */
    String id();

    /** What to send. Once it is there: see {@link #whenReady}. */
    Request request();

    /** Runs the action once the request is there, or never if it comes to an end before. By default it is there at once. */
    default void whenReady(Runnable action) {
        action.run();
    }

    /** What comes back with the outcome. */
    default CallbackArgs callbackArgs() {
        return request().callbackArgs();
    }

    /** The number of the attempt, from 1. */
    default int attempt() {
        return 1;
    }

    /** How long it was due before it was given to the processor, which does not queue; see its outcome. */
    default Duration queueDuration() {
        return Duration.ZERO;
    }

    /** What is known of its outcome before it is sent. */
    default OutcomeDetails details() {
        return OutcomeDetails.builder(id(), request().method(), request().url())
                .queueDuration(queueDuration())
                .attempt(attempt())
                .callbackArgs(callbackArgs())
                .build();
    }
}
