package io.patienthttp.processor;

import io.patienthttp.CallbackArgs;
import io.patienthttp.Request;

/** A request inside one process, from the moment the processor takes it until its outcome is handled. */
public interface Task {

    /** The id of the request; what goes into {@code x-request-id}. */
    String id();

    /** What to send. */
    Request request();

    /** What comes back with the outcome. */
    default CallbackArgs callbackArgs() {
        return request().callbackArgs();
    }

    /** The number of the attempt, from 1. */
    default int attempt() {
        return 1;
    }
}
