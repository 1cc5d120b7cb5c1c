package io.patienthttp.spi;

import io.patienthttp.Outcome;
import io.patienthttp.Request;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How the life of a request shows in the application's traces: one trace from the span that enqueues it, in one process,
 * to the attempt and the callback, in others. Safe for all threads. Its methods return within milliseconds; what they
 * throw is logged, and changes nothing of the request.
 *
 * <p>The methods of one request are called as often as what they tell of happens: an attempt or a callback may happen
 * twice, and one whose process dies has no end.
 */
public interface Tracing {

    /**
     * A request is about to be stored; called on the thread that enqueues it, where the caller's span is current. The
     * transaction may still roll back.
     *
     * @return what continues the trace elsewhere, such as {@code traceparent} and {@code tracestate} (W3C Trace Context);
     *     empty if nothing is traced. It is stored beside the request, in clear also where values are sealed, so it must
     *     hold nothing but ids. Longer than {@link RequestStore#LONGEST_TRACE_CONTEXT} as JSON, it is cut down to its
     *     {@code traceparent}
     */
    Map<String, String> enqueued(Request request);

    /**
     * An attempt is about to be sent: starts its span, on a thread to which the span does not belong.
     *
     * @param context what {@link #enqueued} returned; empty if it returned nothing, or the request was stored without
     */
    Attempt startAttempt(String requestId, Request request, Map<String, String> context);

    /**
     * A callback is about to run on the calling thread: starts its span and makes it the current one.
     *
     * @param context as in {@link #startAttempt}
     */
    CallbackSpan startCallback(Outcome outcome, Map<String, String> context);

    /** The span of an attempt, redirects included. */
    interface Attempt {

        /**
         * Header fields that continue the trace at the server. They are sent if the request asks for it
         * ({@link Request#propagatesTrace}), and never to another origin that it is redirected to.
         */
        Map<String, String> headers();

        /** Ends it, once, on any thread; empty if the attempt was given up. */
        void end(Optional<Outcome> outcome);
    }

    /** The span of one run of a callback. */
    @FunctionalInterface
    interface CallbackSpan {

        /** Ends it, once, on the thread that started it, whose current span is again what it was. */
        void end(@Nullable Throwable failure);
    }
}
