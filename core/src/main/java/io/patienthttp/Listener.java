package io.patienthttp;

/**
 * Is told what happens to requests. Called on our threads, outside of transactions and locks: return within
 * milliseconds. What it throws is logged and dropped. A crash may skip a call.
 */
public interface Listener {

    /** A callback failed as often as allowed; the request is kept, DEAD, until an operator decides (parity 84). */
    default void onDead(DeadLetter letter) {}
}
