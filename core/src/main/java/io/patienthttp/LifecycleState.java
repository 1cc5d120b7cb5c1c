package io.patienthttp;

/** Where a processor is between start and stop (parity 24). */
public enum LifecycleState {
    /** Does nothing; may be started. */
    STOPPED,
    /** Opens what it needs; does not claim yet. */
    STARTING,
    /** Claims, sends, records, delivers. */
    RUNNING,
    /** Claims nothing new; finishes what it holds. */
    DRAINING,
    /** Finishes what it can within the timeout, and gives the rest back. */
    STOPPING
}
