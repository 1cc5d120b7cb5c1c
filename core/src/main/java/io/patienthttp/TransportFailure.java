package io.patienthttp;

import java.net.URI;
import java.time.Duration;

/**
 * There is no complete answer: the connection, TLS, the protocol, a timeout or the size limit failed (parity 64). Kinds:
 * TIMEOUT, CONNECT_TIMEOUT, CONNECTION, DNS, TLS, RESPONSE_TOO_LARGE, PROTOCOL. Immutable and safe for all threads.
 */
public final class TransportFailure implements Failure {

    private final FailureDetails details;
    private final Kind kind;
    private final String message;
    private final boolean maybeProcessed;

    private TransportFailure(Builder builder) {
        this.details = new FailureDetails(
                builder.requestId,
                builder.method,
                builder.url,
                builder.duration,
                builder.attempt,
                builder.callbackArgs);
        this.kind = builder.kind;
        this.message = builder.message;
        this.maybeProcessed = builder.maybeProcessed;
    }

    /** Starts a failure of the request of that id, method and URL. */
    public static Builder builder(String requestId, Method method, URI url, Kind kind, String message) {
        return new Builder(requestId, method, url, kind, message);
    }

    @Override
    public Kind kind() {
        return kind;
    }

    @Override
    public String message() {
        return message;
    }

    @Override
    public boolean maybeProcessed() {
        return maybeProcessed;
    }

    @Override
    public String requestId() {
        return details.requestId();
    }

    @Override
    public Method method() {
        return details.method();
    }

    @Override
    public URI url() {
        return details.url();
    }

    @Override
    public Duration duration() {
        return details.duration();
    }

    @Override
    public int attempt() {
        return details.attempt();
    }

    @Override
    public CallbackArgs callbackArgs() {
        return details.callbackArgs();
    }

    /** Shows id, kind, method and URL without its query; never a header or body. */
    @Override
    public String toString() {
        return "TransportFailure[" + details.describe(kind) + "]";
    }

    /** Builds a {@link TransportFailure}. Not safe for several threads. */
    public static final class Builder {

        private final String requestId;
        private final Method method;
        private final URI url;
        private final Kind kind;
        private final String message;
        private boolean maybeProcessed;
        private Duration duration = Duration.ZERO;
        private int attempt = 1;
        private CallbackArgs callbackArgs = CallbackArgs.empty();

        private Builder(String requestId, Method method, URI url, Kind kind, String message) {
            this.requestId = requestId;
            this.method = method;
            this.url = url;
            this.kind = kind;
            this.message = message;
        }

        /** Sets whether the server may have acted on the request. Default: no. */
        public Builder maybeProcessed(boolean maybeProcessed) {
            this.maybeProcessed = maybeProcessed;
            return this;
        }

        /** Sets how long the attempt took. */
        public Builder duration(Duration duration) {
            this.duration = duration;
            return this;
        }

        /** Sets the number of the attempt, from 1. */
        public Builder attempt(int attempt) {
            this.attempt = attempt;
            return this;
        }

        /** Sets what was given with the request. */
        public Builder callbackArgs(CallbackArgs callbackArgs) {
            this.callbackArgs = callbackArgs;
            return this;
        }

        /** Returns the failure. */
        public TransportFailure build() {
            return new TransportFailure(this);
        }
    }
}
