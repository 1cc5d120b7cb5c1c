package io.patienthttp;

/**
 * The request was never sent, or given up by us. Kinds: PREPARATION, EGRESS_DENIED, CANCELLED, EXPIRED,
 * RECOVERY_EXHAUSTED, PAYLOAD_MISSING, UNREADABLE, UNSTORABLE, UNKNOWN. Immutable and safe for all threads.
 */
public final class RejectedFailure implements Failure {

    private final OutcomeDetails details;
    private final Kind kind;
    private final String message;
    private final boolean maybeProcessed;

    private RejectedFailure(OutcomeDetails details, Kind kind, String message, boolean maybeProcessed) {
        this.details = details;
        this.kind = kind.requireOf(RejectedFailure.class);
        this.message = message;
        this.maybeProcessed = maybeProcessed;
    }

    /**
     * A failure of that kind.
     *
     * @param message what happened, in words; no header, body, query or secret
     * @throws IllegalArgumentException if the kind is one of another class
     */
    public static RejectedFailure of(OutcomeDetails details, Kind kind, String message, boolean maybeProcessed) {
        return new RejectedFailure(details, kind, message, maybeProcessed);
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
        return "RejectedFailure[" + kind + " " + details + "]";
    }
}
