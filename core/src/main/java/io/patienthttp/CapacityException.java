package io.patienthttp;

/** The processor holds as many tasks as it may (parity 26). */
public final class CapacityException extends PatientHttpException {

    private static final long serialVersionUID = 1L;

    /** Names the bound. */
    public CapacityException(String message) {
        super(message, null);
    }
}
