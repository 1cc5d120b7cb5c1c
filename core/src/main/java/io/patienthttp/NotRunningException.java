package io.patienthttp;

/** The processor does not take tasks now: it is stopped, starting, draining or stopping (parity 25). */
public final class NotRunningException extends PatientHttpException {

    private static final long serialVersionUID = 1L;

    /** Names the state that it is in. */
    public NotRunningException(String message) {
        super(message, null);
    }
}
