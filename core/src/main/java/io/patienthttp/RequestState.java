package io.patienthttp;

/** Where a stored request is in its life. */
public enum RequestState {
    /** Waits to be claimed by a processor. */
    PENDING,
    /** Claimed by a processor, which sends it or holds its outcome. */
    IN_FLIGHT,
    /** Its outcome is recorded and waits for its callback. */
    COMPLETED,
    /** Its callback failed as often as allowed; an operator decides. */
    DEAD
}
