package io.patienthttp;

/** What {@link PatientHttpClient#cancel} found. */
public enum CancelResult {
    /** The outcome of the request is, or will be, CANCELLED. Also the answer when it is asked again. */
    CANCELLED,
    /** The request has another outcome already. */
    TOO_LATE,
    /** There is no such request, or its callback is done. */
    NOT_FOUND
}
