package io.patienthttp;

import java.time.Duration;
import java.util.Optional;

/**
 * Is told what happens to requests. Called on our threads, outside of transactions and locks: return within
 * milliseconds. What it throws is logged and dropped. A crash may skip a call.
 */
public interface Listener {

    // the process

    /** The processor of this process takes requests from now on. */
    default void onStart() {}

    /** The processor of this process has stopped. */
    default void onStop() {}

    /** The processor was given a request beyond its capacity and refused it. */
    default void onCapacityExceeded(String requestId) {}

    /** This process asked for due requests and got so many; 0 if none was due. */
    default void onClaim(int requests) {}

    /** This process gave back what a process that died had in flight: so many are PENDING again. */
    default void onReclaimed(String deadProcessId, int requests) {}

    /** This process could not renew its lease in time and aborts what it has in flight under that id. */
    default void onLeaseLost(String processId) {}

    // a request, in the order of its life

    /** A request is stored, and the transaction that stored it has committed. */
    default void onEnqueued(String requestId, Request request) {}

    /**
     * This process owns the request.
     *
     * @param attempt from 1
     * @param delay how long it was due
     */
    default void onClaimed(String requestId, int attempt, Duration delay) {}

    /** A request is about to be sent. Followed by one {@link #onRequestEnd}. */
    default void onRequestStart(String requestId, Request request) {}

    /**
     * The processor is done with a request; its slot is free right after.
     *
     * @param outcome empty if it was given up or given back without one
     */
    default void onRequestEnd(String requestId, Request request, Optional<Outcome> outcome) {}

    /** The request was given back without an outcome, for another process or a later time. */
    default void onReleased(String requestId) {}

    /** A response is recorded as the outcome of the request: it is never sent again by itself. */
    default void onCompleted(String requestId, Response response) {}

    /** A failure is recorded as the outcome of the request: it is never sent again by itself. */
    default void onFailed(String requestId, Failure failure) {}

    /**
     * A callback failed and runs again.
     *
     * @param run which run failed, from 1
     * @param duration how long it took
     * @param backoff how long it waits now
     */
    default void onRetried(String requestId, int run, Duration duration, Duration backoff) {}

    /**
     * A callback succeeded, and the request is done.
     *
     * @param duration how long the callback took
     */
    default void onDelivered(String requestId, Duration duration) {}

    /** A callback failed as often as allowed; the request is kept, DEAD, until an operator decides (parity 84). */
    default void onDead(DeadLetter letter) {}
}
