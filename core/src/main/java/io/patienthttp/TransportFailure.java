package io.patienthttp;

/**
 * There is no complete answer: the connection, TLS, the protocol, a timeout or the size limit failed (parity 64). Kinds:
 * TIMEOUT, CONNECT_TIMEOUT, CONNECTION, DNS, TLS, RESPONSE_TOO_LARGE, PROTOCOL. Immutable and safe for all threads.
 */
public final class TransportFailure implements Failure {

    private final OutcomeDetails details;
    private final Kind kind;
    private final String message;
    private final boolean maybeProcessed;

    private TransportFailure(OutcomeDetails details, Kind kind, String message, boolean maybeProcessed) {
        this.details = details;
        this.kind = kind.requireOf(TransportFailure.class);
        this.message = message;
        this.maybeProcessed = maybeProcessed;
    }

    /**
     * A failure of that kind.
     *
     * @param message what happened, in words; no header, body, query or secret
     * @throws IllegalArgumentException if the kind is one of another class
     */
    public static TransportFailure of(OutcomeDetails details, Kind kind, String message, boolean maybeProcessed) {
        return new TransportFailure(details, kind, message, maybeProcessed);
    }

    @Override
    public OutcomeDetails details() {
        return details;
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

    /** Shows kind, id, method and URL without its query; never a header or body. */
    @Override
    public String toString() {
        return "TransportFailure[" + kind + " " + details + "]";
    }
}
