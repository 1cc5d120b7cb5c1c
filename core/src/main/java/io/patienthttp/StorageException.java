package io.patienthttp;

/**
 * The database or the job engine could not do what was asked. If it is thrown by {@code enqueue} in a transaction of the
 * caller, nothing was stored and the caller's transaction should be rolled back.
 */
public final class StorageException extends PatientHttpException {

    private static final long serialVersionUID = 1L;

    /** Says what was tried, on which ids. */
    public StorageException(String message, Throwable cause) {
        super(message, cause);
    }
}
