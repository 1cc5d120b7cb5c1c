package io.patienthttp;

/**
 * The database or the job engine could not do what was asked. If it is thrown by {@code enqueue} in a transaction of the
 * caller, nothing was stored and the caller's transaction should be rolled back.
 */
public final class StorageException extends PatientHttpException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** Says what was tried, on which ids. */
    public StorageException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Whether it is worth to try again. */
    public Reason reason() {
        return reason;
    }

    /** Whose fault it is. */
    public enum Reason {
        /** The database cannot be reached or does not work now: the same may succeed later. */
        UNAVAILABLE,
        /** Another transaction was in the way (deadlock, serialization, lock timeout): the same may succeed at once. */
        CONFLICT,
        /** The database refuses the value: the same will fail again. */
        REFUSED
    }
}
