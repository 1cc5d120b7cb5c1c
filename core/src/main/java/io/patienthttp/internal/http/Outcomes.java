package io.patienthttp.internal.http;

import io.patienthttp.CallbackArgs;
import io.patienthttp.Failure;
import io.patienthttp.Outcome;
import io.patienthttp.RedirectFailure;
import io.patienthttp.RejectedFailure;
import io.patienthttp.Response;
import io.patienthttp.TransportFailure;
import io.patienthttp.spi.HttpTransport.TransportException;
import io.patienthttp.spi.IncomingResponse;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** Makes the outcomes of one attempt, and measures how long it takes. Not safe for several threads. */
final class Outcomes {

    private final String id;
    private final CallbackArgs callbackArgs;
    private final int attempt;
    private boolean started;
    private long startNanos;

    Outcomes(String id, CallbackArgs callbackArgs, int attempt) {
        this.id = id;
        this.callbackArgs = callbackArgs;
        this.attempt = attempt;
    }

    String id() {
        return id;
    }

    /** The first hop is about to be sent; later calls do nothing. */
    void start() {
        if (!started) {
            started = true;
            startNanos = System.nanoTime();
        }
    }

    Response response(Hop hop, IncomingResponse incoming, List<URI> redirects) {
        return Response.builder(id, hop.method(), hop.url(), incoming.status())
                .headers(incoming.headers())
                .body(incoming.body())
                .duration(duration())
                .attempt(attempt)
                .redirects(redirects)
                .callbackArgs(callbackArgs)
                .build();
    }

    Outcome redirect(Failure.Kind kind, String message, Response response) {
        return RedirectFailure.of(kind, message, response);
    }

    /** {@code redirected}: an earlier hop was answered, so that sending again repeats that one at least. */
    Outcome transport(Hop hop, TransportException failure, boolean redirected) {
        return TransportFailure.builder(id, hop.method(), hop.url(), failure.kind(), message(failure))
                .maybeProcessed(failure.maybeProcessed() || redirected)
                .duration(duration())
                .attempt(attempt)
                .callbackArgs(callbackArgs)
                .build();
    }

    Outcome rejected(Hop hop, Failure.Kind kind, String message, boolean maybeProcessed) {
        return RejectedFailure.builder(id, hop.method(), hop.url(), kind, message)
                .maybeProcessed(maybeProcessed)
                .duration(duration())
                .attempt(attempt)
                .callbackArgs(callbackArgs)
                .build();
    }

    private Duration duration() {
        return started ? Duration.ofNanos(System.nanoTime() - startNanos) : Duration.ZERO;
    }

    private static String message(TransportException failure) {
        var message = failure.getMessage();
        return message == null ? failure.kind().toString() : message;
    }
}
