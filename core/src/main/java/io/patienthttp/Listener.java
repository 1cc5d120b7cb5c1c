package io.patienthttp;

import java.util.Optional;

/**
 * Is told what happens to requests. Called on our threads, outside of transactions and locks: return within
 * milliseconds. What it throws is logged and dropped. A crash may skip a call.
 */
public interface Listener {

    /** The processor of this process takes requests from now on. */
    default void onStart() {}

    /** The processor of this process has stopped. */
    default void onStop() {}

    /** The processor was given a request beyond its capacity and refused it. */
    default void onCapacityExceeded(String requestId) {}

    /** A request is about to be sent. Followed by one {@link #onRequestEnd}. */
    default void onRequestStart(String requestId, Request request) {}

    /**
     * The processor is done with a request; its slot is free right after.
     *
     * @param outcome empty if it was given up or given back without one
     */
    default void onRequestEnd(String requestId, Request request, Optional<Outcome> outcome) {}

    /** A callback failed as often as allowed; the request is kept, DEAD, until an operator decides (parity 84). */
    default void onDead(DeadLetter letter) {}
}
