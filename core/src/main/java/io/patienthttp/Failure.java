package io.patienthttp;

/**
 * Why there is no usable response. A closed set of final classes, each with its kinds; what it means is in the type and
 * the {@link Kind}, never in the message alone (parity 63 to 66).
 */
public sealed interface Failure extends Outcome
        permits HttpFailure, RedirectFailure, TransportFailure, RejectedFailure {

    /** What happened. */
    Kind kind();

    /** What happened, in words. Holds no header, body or query. */
    String message();

    /**
     * Whether the server may have acted on the request: if false, sending it again cannot do anything twice. True also if
     * an earlier process took the request and may have sent it before it died or stopped.
     */
    boolean maybeProcessed();

    /** What happened, for {@code switch}. A later version may add kinds: keep a default branch. */
    enum Kind {
        /** {@link HttpFailure}: status 400 to 499, and the request asked for failures on error statuses. */
        CLIENT_ERROR(HttpFailure.class),
        /** {@link HttpFailure}: status 500 to 599, and the request asked for failures on error statuses. */
        SERVER_ERROR(HttpFailure.class),
        /** {@link HttpFailure}: any other status outside 200 to 299, and the request asked for failures. */
        OTHER_STATUS(HttpFailure.class),
        /** {@link RedirectFailure}: more redirects than {@code max-redirects}. */
        TOO_MANY_REDIRECTS(RedirectFailure.class),
        /** {@link RedirectFailure}: a redirect to a URL that was visited already. */
        REDIRECT_LOOP(RedirectFailure.class),
        /** {@link RedirectFailure}: a redirect to something that is not an http or https URL. */
        INVALID_LOCATION(RedirectFailure.class),
        /** {@link TransportFailure}: no complete answer within the request timeout. */
        TIMEOUT(TransportFailure.class),
        /**
         * {@link TransportFailure}: no connection within the connect timeout, TLS handshake included: also if the server
         * breaks the handshake off only after that time.
         */
        CONNECT_TIMEOUT(TransportFailure.class),
        /** {@link TransportFailure}: the connection was refused, reset or closed. */
        CONNECTION(TransportFailure.class),
        /** {@link TransportFailure}: the host name has no address. */
        DNS(TransportFailure.class),
        /** {@link TransportFailure}: the TLS handshake failed, or TLS on the connection later. */
        TLS(TransportFailure.class),
        /** {@link TransportFailure}: the body is larger than {@code max-response-size}. */
        RESPONSE_TOO_LARGE(TransportFailure.class),
        /** {@link TransportFailure}: the answer is not valid HTTP. */
        PROTOCOL(TransportFailure.class),
        /** {@link RejectedFailure}: a secret or preprocessor was missing on every node, or a preprocessor failed. */
        PREPARATION(RejectedFailure.class),
        /** {@link RejectedFailure}: the egress policy forbids the address. */
        EGRESS_DENIED(RejectedFailure.class),
        /** {@link RejectedFailure}: cancelled by the application; not processed only if no process had taken it yet. */
        CANCELLED(RejectedFailure.class),
        /** {@link RejectedFailure}: it was not sent within the time of {@link Request.Builder#expiresAfter}. */
        EXPIRED(RejectedFailure.class),
        /**
         * {@link RejectedFailure}: processes died with it in flight more often than {@code max-recoveries}, the last one
         * while nothing else was in flight.
         */
        RECOVERY_EXHAUSTED(RejectedFailure.class),
        /** {@link RejectedFailure}: its off-loaded request or outcome is gone from the payload store. */
        PAYLOAD_MISSING(RejectedFailure.class),
        /** {@link RejectedFailure}: its stored request cannot be read; of its URL only the host is known: {@code //host}. */
        UNREADABLE(RejectedFailure.class),
        /** {@link RejectedFailure}: the database refuses to store its outcome. */
        UNSTORABLE(RejectedFailure.class),
        /** {@link RejectedFailure}: an unexpected error while it was handled; the log has it. */
        UNKNOWN(RejectedFailure.class);

        private final Class<? extends Failure> type;

        Kind(Class<? extends Failure> type) {
            this.type = type;
        }

        /** The class of failure that has this kind. */
        public Class<? extends Failure> type() {
            return type;
        }

        Kind requireOf(Class<? extends Failure> failure) {
            if (type != failure) {
                throw new IllegalArgumentException("kind of a " + failure.getSimpleName()
                        + " must not be one of another class, was " + this + ", which is a " + type.getSimpleName());
            }
            return this;
        }
    }
}
