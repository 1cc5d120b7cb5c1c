package io.patienthttp.internal.http;

import io.patienthttp.Failure;
import io.patienthttp.Outcome;
import io.patienthttp.OutcomeDetails;
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

    private final OutcomeDetails request;
    private boolean started;
    private long startNanos;

    /** For the attempt of which this much is known before it begins. */
    Outcomes(OutcomeDetails request) {
        this.request = request;
    }

    String id() {
        return request.requestId();
    }

    /** The first hop is about to be sent; later calls do nothing. */
    void start() {
        if (!started) {
            started = true;
            startNanos = System.nanoTime();
        }
    }

    Response response(Hop hop, IncomingResponse incoming, List<URI> redirects) {
        return Response.builder(details(hop), incoming.status())
                .headers(incoming.headers())
                .uncopiedBody(incoming.body())
                .redirects(redirects)
                .build();
    }

    Outcome redirect(Failure.Kind kind, String message, Response response) {
        return RedirectFailure.of(kind, message, response);
    }

    /** {@code redirected}: an earlier hop was answered, so that sending again repeats that one at least. */
    Outcome transport(Hop hop, TransportException failure, boolean redirected) {
        if (failure.kind() == Failure.Kind.EGRESS_DENIED) {
            return rejected(hop, failure.kind(), message(failure), redirected);
        }
        return TransportFailure.of(
                details(hop), failure.kind(), message(failure), failure.maybeProcessed() || redirected);
    }

    Outcome rejected(Hop hop, Failure.Kind kind, String message, boolean maybeProcessed) {
        return RejectedFailure.of(details(hop), kind, message, maybeProcessed);
    }

    private OutcomeDetails details(Hop hop) {
        var duration = started ? Duration.ofNanos(System.nanoTime() - startNanos) : Duration.ZERO;
        return request.toBuilder()
                .target(hop.method(), hop.url())
                .duration(duration)
                .build();
    }

    private static String message(TransportException failure) {
        var message = failure.getMessage();
        return message == null ? failure.kind().toString() : message;
    }
}
