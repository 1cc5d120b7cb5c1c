package io.patienthttp;

import java.net.URI;
import java.time.Duration;

/**
 * What every outcome knows of its request and of the attempt that it ended. Immutable and safe for all threads. {@link
 * Outcome} says what each value means.
 */
public final class OutcomeDetails {

    private final String requestId;
    private final Method method;
    private final URI url;
    private final Duration duration;
    private final Duration queueDuration;
    private final int attempt;
    private final CallbackArgs callbackArgs;

    private OutcomeDetails(Builder builder) {
        this.requestId = builder.requestId;
        this.method = builder.method;
        this.url = builder.url;
        this.duration = builder.duration;
        this.queueDuration = builder.queueDuration;
        this.attempt = builder.attempt;
        this.callbackArgs = builder.callbackArgs;
    }

    /** Starts the details of the request of that id, whose last hop had that method and URL. */
    public static Builder builder(String requestId, Method method, URI url) {
        return new Builder(requestId, method, url);
    }

    /** Starts a variant. */
    public Builder toBuilder() {
        return builder(requestId, method, url)
                .duration(duration)
                .queueDuration(queueDuration)
                .attempt(attempt)
                .callbackArgs(callbackArgs);
    }

    /** See {@link Outcome#requestId}. */
    public String requestId() {
        return requestId;
    }

    /** See {@link Outcome#method}. */
    public Method method() {
        return method;
    }

    /** See {@link Outcome#url}. */
    public URI url() {
        return url;
    }

    /** See {@link Outcome#duration}. */
    public Duration duration() {
        return duration;
    }

    /** See {@link Outcome#queueDuration}. */
    public Duration queueDuration() {
        return queueDuration;
    }

    /** See {@link Outcome#attempt}. */
    public int attempt() {
        return attempt;
    }

    /** See {@link Outcome#callbackArgs}. */
    public CallbackArgs callbackArgs() {
        return callbackArgs;
    }

    /** Shows id, method and URL without its query. */
    @Override
    public String toString() {
        return requestId + " " + method + " " + Checks.withoutSecrets(url);
    }

    /** Builds {@link OutcomeDetails}. Not safe for several threads. */
    public static final class Builder {

        private final String requestId;
        private Method method;
        private URI url;
        private Duration duration = Duration.ZERO;
        private Duration queueDuration = Duration.ZERO;
        private int attempt = 1;
        private CallbackArgs callbackArgs = CallbackArgs.empty();

        private Builder(String requestId, Method method, URI url) {
            this.requestId = requestId;
            this.method = method;
            this.url = url;
        }

        /** Sets method and URL of the last hop. */
        public Builder target(Method method, URI url) {
            this.method = method;
            this.url = url;
            return this;
        }

        /** Sets how long the attempt took. Default: zero. */
        public Builder duration(Duration duration) {
            this.duration = Checks.notNegative("duration", duration);
            return this;
        }

        /** Sets how long the request was due before it was taken. Default: zero. */
        public Builder queueDuration(Duration queueDuration) {
            this.queueDuration = Checks.notNegative("queueDuration", queueDuration);
            return this;
        }

        /** Sets the number of the attempt, from 1, which is the default. */
        public Builder attempt(int attempt) {
            this.attempt = Checks.within("attempt", attempt, 1, Integer.MAX_VALUE);
            return this;
        }

        /** Sets what was given with the request. Default: nothing. */
        public Builder callbackArgs(CallbackArgs callbackArgs) {
            this.callbackArgs = callbackArgs;
            return this;
        }

        /** Returns the details. */
        public OutcomeDetails build() {
            return new OutcomeDetails(this);
        }
    }
}
