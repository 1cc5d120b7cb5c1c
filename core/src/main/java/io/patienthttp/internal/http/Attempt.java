package io.patienthttp.internal.http;

import io.patienthttp.Failure;
import io.patienthttp.HttpFailure;
import io.patienthttp.Outcome;
import io.patienthttp.Request;
import io.patienthttp.spi.HttpTransport.Exchange;
import io.patienthttp.spi.HttpTransport.TransportException;
import io.patienthttp.spi.IncomingResponse;
import io.patienthttp.spi.Sending;
import io.patienthttp.spi.Sent;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt: prepares a hop, gives it to the transport, and follows the redirect that may come back (parity 54 to
 * 60). One hop after the other; each step runs on one thread.
 */
final class Attempt implements Sending {

    private static final Logger log = LoggerFactory.getLogger(Attempt.class);

    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private final RequestSender sender;
    private final Request request;
    private final Outcomes outcomes;
    private final BooleanSupplier maySend;
    private final int maxRedirects;
    private final boolean failOnErrorStatus;
    private final List<URI> visited = new ArrayList<>(); // the URLs that redirected; used by one step at a time
    private final CompletableFuture<Sent> result = new CompletableFuture<>();
    private volatile @Nullable Exchange exchange;

    Attempt(RequestSender sender, Request request, Outcomes outcomes, BooleanSupplier maySend) {
        this.sender = sender;
        this.request = request;
        this.outcomes = outcomes;
        this.maySend = maySend;
        this.maxRedirects = request.maxRedirects().orElse(sender.settings().maxRedirects());
        this.failOnErrorStatus =
                request.failOnErrorStatus().orElse(sender.settings().failOnErrorStatus());
    }

    @Override
    public CompletionStage<Sent> result() {
        return result.minimalCompletionStage();
    }

    @Override
    public void abort() {
        if (result.complete(new Sent.Aborted())) {
            close();
        }
    }

    @Override
    public void release() {
        var open = exchange;
        if (open != null) {
            open.release();
        }
    }

    void start(Map<String, String> trace) {
        next(Hop.of(request, trace));
    }

    private void next(Hop hop) {
        try {
            sender.prepareThreads().execute(() -> send(hop));
        } catch (RejectedExecutionException e) {
            log.debug("Request {} is not sent, the processor stops", outcomes.id());
            finish(new Sent.Aborted());
        }
    }

    private void send(Hop hop) {
        try {
            if (result.isDone()) {
                return;
            }
            var limits = sender.preparation().limits(request, hop);
            var outgoing = sender.preparation().prepare(outcomes.id(), hop, limits);
            if (!maySend.getAsBoolean()) {
                finish(new Sent.Aborted());
                return;
            }
            if (result.isDone()) {
                return;
            }
            outcomes.start();
            var open = sender.transport().send(outgoing);
            exchange = open;
            if (result.isDone()) { // aborted before it could be seen
                close();
                return;
            }
            open.response().whenComplete((response, failure) -> receive(hop, response, failure));
        } catch (Preparation.Missing e) {
            finish(visited.isEmpty() ? new Sent.Unprepared(message(e)) : unprepared(hop, e));
        } catch (Preparation.Refused e) {
            finish(unprepared(hop, e));
        } catch (Throwable e) {
            surprise(hop, e);
        }
    }

    private void receive(Hop hop, @Nullable IncomingResponse response, @Nullable Throwable failure) {
        try {
            if (response != null) {
                answered(hop, response);
                return;
            }
            var cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            if (cause instanceof TransportException e) {
                log.debug("Request {} failed: {}", outcomes.id(), e.getMessage());
                finish(new Sent.Done(outcomes.transport(hop, e, !visited.isEmpty())));
            } else {
                surprise(hop, cause);
            }
        } catch (Throwable e) {
            surprise(hop, e);
        }
    }

    private void answered(Hop hop, IncomingResponse incoming) {
        log.debug("Request {} was answered with status {}", outcomes.id(), incoming.status());
        var location = incoming.headers().get("location").map(String::strip).orElse("");
        if (maxRedirects > 0 && REDIRECTS.contains(incoming.status()) && !location.isEmpty()) {
            redirected(hop, incoming, location);
            return;
        }
        var response = outcomes.response(hop, incoming, visited);
        finish(new Sent.Done(failOnErrorStatus && !response.isSuccess() ? HttpFailure.of(response) : response));
    }

    private void redirected(Hop hop, IncomingResponse incoming, String location) {
        visited.add(hop.url());
        if (visited.size() > maxRedirects) {
            var message = "the server redirects once more after " + maxRedirects + " redirects, which is max-redirects";
            finish(unfollowed(hop, incoming, Failure.Kind.TOO_MANY_REDIRECTS, message));
            return;
        }
        var target = UriReference.resolve(hop.url(), location);
        if (target == null) {
            var message = "the server redirects to something that is not a valid http or https URL without user info";
            finish(unfollowed(hop, incoming, Failure.Kind.INVALID_LOCATION, message));
            return;
        }
        if (visited.stream().anyMatch(url -> target.equals(UriReference.resolve(url, "")))) {
            var message = "the server redirects to a URL that was visited already";
            finish(unfollowed(hop, incoming, Failure.Kind.REDIRECT_LOOP, message));
            return;
        }
        release();
        next(hop.redirected(incoming.status(), target, sender.settings().sensitiveHeaders()));
    }

    private Sent unfollowed(Hop hop, IncomingResponse incoming, Failure.Kind kind, String message) {
        return new Sent.Done(outcomes.redirect(kind, message, outcomes.response(hop, incoming, visited)));
    }

    private Sent unprepared(Hop hop, Exception cause) {
        return new Sent.Done(outcomes.rejected(hop, Failure.Kind.PREPARATION, message(cause), !visited.isEmpty()));
    }

    private void surprise(Hop hop, @Nullable Throwable cause) {
        log.error("Request {} fails with kind UNKNOWN, because of an unexpected error", outcomes.id(), cause);
        Outcome outcome = outcomes.rejected(
                hop,
                Failure.Kind.UNKNOWN,
                "an unexpected error while it was sent; the log of the process has it",
                true);
        if (!finish(new Sent.Done(outcome))) {
            return;
        }
        close();
    }

    private boolean finish(Sent sent) {
        if (result.complete(sent)) {
            return true;
        }
        release(); // aborted meanwhile: nobody takes the answer
        return false;
    }

    private void close() {
        var open = exchange;
        if (open != null) {
            open.abort();
            open.release();
        }
    }

    private static String message(Exception e) {
        return String.valueOf(e.getMessage());
    }
}
