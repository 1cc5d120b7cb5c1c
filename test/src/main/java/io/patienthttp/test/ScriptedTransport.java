package io.patienthttp.test;

import io.patienthttp.Failure;
import io.patienthttp.Method;
import io.patienthttp.Outcome;
import io.patienthttp.runtime.InlinePatientHttp.Admitted;
import io.patienthttp.runtime.Settings;
import io.patienthttp.spi.HttpTransport;
import io.patienthttp.spi.IncomingResponse;
import io.patienthttp.spi.Limits;
import io.patienthttp.spi.OutgoingRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Answers from the script instead of the network, at once; how long it would have taken is only counted. Keeps to the
 * timeouts of a request and to the size limit, as the real one does. Safe for all threads.
 */
final class ScriptedTransport implements HttpTransport {

    private final Script script;
    private final Map<String, Conversation> conversations = new ConcurrentHashMap<>();
    private volatile Settings settings = Settings.builder().build();

    ScriptedTransport(Script script) {
        this.script = script;
    }

    /** This one, under those settings. */
    ScriptedTransport under(Settings settings) {
        this.settings = settings;
        return this;
    }

    Settings settings() {
        return settings;
    }

    /** An outcome, and how long the servers took for it. */
    record Result(Outcome outcome, Duration elapsed) {}

    /**
     * Sends the request to the script.
     *
     * @throws AssertionError if there is no answer for it, or for what a redirect made of it
     */
    Result send(Admitted request, RequestView view) {
        var conversation = new Conversation(view);
        conversations.put(request.id(), conversation);
        try {
            var outcome = request.send();
            if (conversation.unanswered != null) {
                throw new AssertionError(conversation.unanswered);
            }
            return new Result(outcome, conversation.elapsed);
        } finally {
            conversations.remove(request.id());
        }
    }

    @Override
    public Exchange send(OutgoingRequest request) {
        var conversation = conversations.get(request.id());
        if (conversation == null) {
            throw new IllegalStateException("request " + request.id() + " is not sent by the test");
        }
        var view = conversation.next(request);
        var answer = script.answer(view);
        if (answer == null) {
            conversation.unanswered = script.noAnswerTo(view);
            return failed(Failure.Kind.CONNECTION, false, "no answer is scripted");
        }
        var wait = longestWait(request.limits());
        var kind = answer.failure();
        if (kind == Failure.Kind.TIMEOUT || answer.delay().compareTo(wait) >= 0) {
            conversation.elapsed = conversation.elapsed.plus(wait);
            return failed(Failure.Kind.TIMEOUT, true, "no answer within " + wait + ", by the script of the test");
        }
        conversation.elapsed = conversation.elapsed.plus(answer.delay());
        if (kind != null) {
            return failed(kind, answer.maybeProcessed(), kind + ", by the script of the test");
        }
        if (answer.body().length > settings.maxResponseSize()) {
            var message = "the body is larger than max-response-size, " + settings.maxResponseSize() + " bytes";
            return failed(Failure.Kind.RESPONSE_TOO_LARGE, true, message);
        }
        var body = request.method() == Method.HEAD ? new byte[0] : answer.body();
        return new Done(
                CompletableFuture.completedFuture(new IncomingResponse(answer.status(), answer.headers(), body)));
    }

    private static Duration longestWait(Limits limits) {
        var firstByte = limits.firstByteTimeout();
        return firstByte == null || firstByte.compareTo(limits.timeout()) > 0 ? limits.timeout() : firstByte;
    }

    private static Exchange failed(Failure.Kind kind, boolean maybeProcessed, String message) {
        return new Done(CompletableFuture.failedFuture(new TransportException(kind, maybeProcessed, message, null)));
    }

    @Override
    public void start() {}

    @Override
    public void stop() {}

    /** One request with its redirects. Used by the thread that sends it. */
    private static final class Conversation {

        private final RequestView request;
        private boolean begun;
        private Duration elapsed = Duration.ZERO;
        private @Nullable String unanswered;

        Conversation(RequestView request) {
            this.request = request;
        }

        /** The first hop is the request as it was enqueued, in which no secret is resolved. */
        RequestView next(OutgoingRequest hop) {
            var first = !begun;
            begun = true;
            return first ? request : request.redirected(hop.method(), hop.url(), hop.body());
        }
    }

    private record Done(CompletionStage<IncomingResponse> response) implements Exchange {

        @Override
        public void abort() {}

        @Override
        public void release() {}
    }
}
