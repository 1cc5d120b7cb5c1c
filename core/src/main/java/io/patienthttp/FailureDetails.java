package io.patienthttp;

import java.net.URI;
import java.time.Duration;

/** What each failure knows about its request. */
record FailureDetails(
        String requestId, Method method, URI url, Duration duration, int attempt, CallbackArgs callbackArgs) {

    static FailureDetails of(Outcome outcome) {
        return new FailureDetails(
                outcome.requestId(),
                outcome.method(),
                outcome.url(),
                outcome.duration(),
                outcome.attempt(),
                outcome.callbackArgs());
    }

    String describe(Failure.Kind kind) {
        return kind + " " + requestId + " " + method + " " + Checks.withoutSecrets(url);
    }
}
