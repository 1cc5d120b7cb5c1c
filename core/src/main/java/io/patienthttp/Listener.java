package io.patienthttp;

import java.time.Duration;
import java.util.Optional;

/**
 * Is told what happens to requests, and to the process.
 *
 * <p><b>Which process.</b> Each process tells its own listeners what it does itself: the one that enqueues tells of that,
 * the one that claims a request tells what becomes of it there, the one whose engine runs the callback tells of that.
 *
 * <p><b>When.</b> After it is a fact: what is stored is committed, and no transaction or lock of ours is held. What rolls
 * back is never told.
 *
 * <p><b>Thread and order.</b> Each listener is called on a daemon thread of its own, {@code patient-http-events}, one call
 * after the other, in the order in which things happened; of two things on two sides of a commit, such as {@link
 * #onEnqueued} and {@link #onClaimed} of the same request, the later may come first by a hair. What a listener throws is
 * logged and dropped. One that is slow, or hangs, delays no request and no other listener.
 *
 * <p><b>At most once.</b> An event is told once or not at all. A crash skips what was not told yet; so does a commit whose
 * answer is lost. Of a listener that is slow, up to 10,000 events wait, with bodies of up to 16 MiB (or one that is larger);
 * what is beyond that is dropped, counted, and logged at most once a minute. A stop waits up to half a second for
 * listeners. So events are for measuring and for telling people; what must happen belongs into a {@link Callback}.
 *
 * <p><b>What it holds.</b> Requests show secrets by name only, as they are stored. Responses and failures are what the
 * callback gets, of a failure that the database made itself (kind CANCELLED, RECOVERY_EXHAUSTED) maybe with the URL
 * {@code //host}. Bodies and literal headers are in it: do not log them.
 *
 * <p>A {@link io.patienthttp.processor.Processor} without a database tells its start, stop, capacity, and of each request
 * its start and end, in the same way. {@code InlinePatientHttp} and the test kit call listeners on the calling thread.
 */
public interface Listener {

    // the process

    /** The processor of this process takes requests from now on. */
    default void onStart() {}

    /** The processor of this process has stopped. Callbacks that are due may still run. */
    default void onStop() {}

    /** The processor was given a request beyond its capacity and refused it. */
    default void onCapacityExceeded(String requestId) {}

    /** This process asked for due requests and got so many; 0 if none was due. */
    default void onClaim(int requests) {}

    /**
     * This process gave back what a process that died had in flight.
     *
     * @param deadProcessId its id; {@code "unregistered"} for requests whose processes nobody knows any more
     * @param requests so many are PENDING again; those that completed are told by {@link #onFailed}
     */
    default void onReclaimed(String deadProcessId, int requests) {}

    /** This process could not renew its lease in time and aborts what it has in flight under that id. */
    default void onLeaseLost(String processId) {}

    // a request, in the order of its life

    /**
     * A request is stored, and the transaction that stored it has committed. Not told of what was enqueued with a {@code
     * Connection} of the caller, of whose commit nobody tells us.
     */
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
     * The request was given back without an outcome, for another process or a later time: this process stops, lacks what
     * the request needs, or was taken for dead.
     */
    default void onReleased(String requestId) {}

    /** A response is recorded as the outcome of the request: it is never sent again by itself. */
    default void onCompleted(String requestId, Response response) {}

    /**
     * A failure is recorded as the outcome of the request: it is never sent again by itself. Also what this process
     * cancelled, and what it gave up because processes died with it.
     */
    default void onFailed(String requestId, Failure failure) {}

    /**
     * The processor is done with a request, after its outcome is recorded; its slot is free right after.
     *
     * @param outcome that of the exchange, even if another one was recorded, because the request was cancelled or belongs
     *     to another process by now; empty if it was given up or given back without one
     */
    default void onRequestEnd(String requestId, Request request, Optional<Outcome> outcome) {}

    /**
     * A callback failed and runs again. A run that met a conflict in the database is not told, as it does not count.
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
