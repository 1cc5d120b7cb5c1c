package io.patienthttp;

import java.net.URI;
import java.time.Duration;

/** How a request ended: a {@link Response} or a {@link Failure}. Immutable and safe for all threads. */
public sealed interface Outcome permits Response, Failure {

    /** All that the other methods of this interface tell, in one value. */
    OutcomeDetails details();

    /** The id that {@code enqueue} returned. */
    default String requestId() {
        return details().requestId();
    }

    /** The method of the last hop. */
    default Method method() {
        return details().method();
    }

    /** The URL of the last hop, without secret parameters. */
    default URI url() {
        return details().url();
    }

    /** How long the attempt took, redirects included; zero if nothing was sent. */
    default Duration duration() {
        return details().duration();
    }

    /**
     * How long the request had been due when a process last took it to send it, by the database's clock (parity 33). For
     * one that is sent again because a process died or stopped, it counts from when it first was due. Zero if it was
     * never taken, and outside the durable pipeline.
     */
    default Duration queueDuration() {
        return details().queueDuration();
    }

    /**
     * Which attempt this is the outcome of; the first is 1. A request that is sent again because a process died or
     * stopped is still in the same attempt: see {@link RequestStatus#recoveries}.
     */
    default int attempt() {
        return details().attempt();
    }

    /** What was given with the request. */
    default CallbackArgs callbackArgs() {
        return details().callbackArgs();
    }
}
