package io.patienthttp;

import org.jspecify.annotations.Nullable;

/** What our own exceptions have in common. None of them shows a header, a body, a query or a secret. */
public abstract sealed class PatientHttpException extends RuntimeException
        permits StorageException, NotRunningException, CapacityException {

    private static final long serialVersionUID = 1L;

    PatientHttpException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
