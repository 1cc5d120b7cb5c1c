package io.patienthttp;

import java.net.URI;
import java.time.Duration;

/** How a request ended: a {@link Response} or a {@link Failure}. Immutable and safe for all threads. */
public sealed interface Outcome permits Response, Failure {

    /** The id that {@code enqueue} returned. */
    String requestId();

    /** The method of the last hop. */
    Method method();

    /** The URL of the last hop, without secret parameters. */
    URI url();

    /** How long the attempt took, redirects included; zero if nothing was sent. */
    Duration duration();

    /**
     * Which attempt this is the outcome of; the first is 1. A request that is sent again because a process died or
     * stopped is still in the same attempt: see {@link RequestStatus#recoveries}.
     */
    int attempt();

    /** What was given with the request. */
    CallbackArgs callbackArgs();
}
