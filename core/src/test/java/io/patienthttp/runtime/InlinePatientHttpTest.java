package io.patienthttp.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patienthttp.Callback;
import io.patienthttp.CancelResult;
import io.patienthttp.Failure;
import io.patienthttp.HttpFailure;
import io.patienthttp.Listener;
import io.patienthttp.Method;
import io.patienthttp.Outcome;
import io.patienthttp.RedirectFailure;
import io.patienthttp.Request;
import io.patienthttp.Response;
import io.patienthttp.Secret;
import io.patienthttp.TransportFailure;
import io.patienthttp.fixture.RecordingServer;
import io.patienthttp.fixture.RecordingServer.Answer;
import java.io.IOException;
import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The whole life of a request on the calling thread, over real sockets (parity 99 to 102). */
class InlinePatientHttpTest {

    private final RecordingServer server = new RecordingServer();
    private final Recorder recorder = new Recorder();
    private final Set<Thread> threads = new CopyOnWriteArraySet<>();
    private final InlinePatientHttp http = InlinePatientHttp.builder()
            .callback(recorder)
            .sending(sending -> sending.secret("key", () -> {
                        threads.add(Thread.currentThread());
                        return "s3cret";
                    })
                    .secret("bound", () -> "s3cret", "https://api.example.com")
                    .secrets(name -> name.startsWith("oauth/") ? "token of " + name.substring(6) : null)
                    .preprocessor("sign", draft -> {
                        threads.add(Thread.currentThread());
                        draft.header("x-signed", draft.url().getPath());
                        draft.param("signed", "yes");
                    })
                    .settings(settings -> settings.maxResponseSize(100).requestTimeout(Duration.ofSeconds(5))))
            .build();

    @AfterEach
    void close() {
        http.close();
        server.close();
    }

    private Request.Builder get(String path) {
        return http.get(server.url(path)).callback(Recorder.class);
    }

    @Test
    void listenersAreToldOnTheCallingThread() {
        var told = new ArrayList<String>();
        try (var listened = InlinePatientHttp.builder()
                .callback(recorder)
                .listener(new Telling(told))
                .build()) {
            var id = listened.get(server.url("/a")).callback(Recorder.class).enqueue();

            assertThat(told)
                    .containsExactly(
                            "enqueued " + id, "start " + id, "completed " + id, "end " + id, "delivered " + id);
        }
    }

    private record Telling(List<String> told) implements Listener {

        @Override
        public void onEnqueued(String requestId, Request request) {
            told.add("enqueued " + requestId);
        }

        @Override
        public void onRequestStart(String requestId, Request request) {
            told.add("start " + requestId);
        }

        @Override
        public void onCompleted(String requestId, Response response) {
            told.add("completed " + requestId);
        }

        @Override
        public void onRequestEnd(String requestId, Request request, Optional<Outcome> outcome) {
            told.add("end " + requestId);
        }

        @Override
        public void onDelivered(String requestId, Duration duration) {
            told.add("delivered " + requestId);
        }
    }

    @Test
    void theCallbackRanOnTheCallingThreadWhenEnqueueReturns() {
        var id = http.post(server.url("/a?b=1"))
                .header("X-Key", Secret.named("key").prefixed("Bearer "))
                .header("X-Token", Secret.named("oauth/user-42"))
                .param("secret", Secret.named("key"))
                .preprocessors("sign")
                .json(Map.of("a", 1))
                .callback(Recorder.class)
                .callbackArgs(Map.of("document", 42))
                .enqueue();

        var response = (Response) recorder.only();
        assertThat(response.requestId()).isEqualTo(id);
        assertThat(response.bodyAsText()).isEqualTo("ok");
        assertThat(response.callbackArgs().get("document")).isEqualTo(42);
        assertThat(response.url()).hasToString(server.url("/a?b=1"));
        assertThat(response.duration()).isPositive();
        assertThat(recorder.threads).containsExactly(Thread.currentThread());
        assertThat(threads).containsExactly(Thread.currentThread());

        var received = server.only();
        assertThat(received.method()).isEqualTo("POST");
        assertThat(received.target()).isEqualTo("/a?b=1&secret=s3cret&signed=yes");
        assertThat(received.text()).isEqualTo("{\"a\":1}");
        assertThat(received.headers().get("content-type")).contains("application/json");
        assertThat(received.headers().get("x-key")).contains("Bearer s3cret");
        assertThat(received.headers().get("x-token")).contains("token of user-42");
        assertThat(received.headers().get("x-signed")).contains("/a");
        assertThat(received.headers().get("x-request-id")).contains(id);
        assertThat(received.headers().get("user-agent")).contains("patient-http/" + PatientHttp.VERSION);
    }

    @Test
    void redirectsAndTheirLimitsAreThoseOfTheSender() {
        server.answering(request -> request.target().startsWith("/end")
                ? Answer.of(200, "end")
                : Answer.redirect(302, request.target().equals("/loop") ? "/loop" : "/end"));

        get("/first").preprocessors("sign").enqueue();
        get("/loop").enqueue();
        get("/first").maxRedirects(0).enqueue();

        var followed = (Response) recorder.outcomes.get(0);
        assertThat(followed.url()).hasToString(server.url("/end"));
        assertThat(followed.redirects()).hasSize(1);
        assertThat(server.received().get(1).headers().get("x-signed")).contains("/end");
        assertThat(threads).containsExactly(Thread.currentThread());
        assertThat(((RedirectFailure) recorder.outcomes.get(1)).kind()).isEqualTo(Failure.Kind.REDIRECT_LOOP);
        assertThat(((Response) recorder.outcomes.get(2)).status()).isEqualTo(302);
    }

    @Test
    void failuresGoToOnErrorOnce() {
        server.answering(request -> Answer.of(503, "x".repeat(request.target().equals("/large") ? 101 : 100)));

        get("/large").enqueue();
        get("/status").failOnErrorStatus(true).enqueue();
        get("/status").header("a", Secret.named("nobody")).enqueue();
        get("/status").header("a", Secret.named("bound")).enqueue();
        get("/status").preprocessors("nobody").enqueue();

        assertThat(recorder.outcomes)
                .extracting(outcome -> ((Failure) outcome).kind())
                .containsExactly(
                        Failure.Kind.RESPONSE_TOO_LARGE,
                        Failure.Kind.SERVER_ERROR,
                        Failure.Kind.PREPARATION,
                        Failure.Kind.PREPARATION,
                        Failure.Kind.PREPARATION);
        assertThat(((HttpFailure) recorder.outcomes.get(1)).response().bodySize())
                .isEqualTo(100);
        assertThat(server.received()).hasSize(2);
    }

    @Test
    void aConnectionThatIsRefusedIsAFailure() {
        var url = server.url("/");
        server.close();

        http.get(url).callback(Recorder.class).enqueue();

        var failure = (TransportFailure) recorder.only();
        assertThat(failure.kind()).isEqualTo(Failure.Kind.CONNECTION);
        assertThat(failure.maybeProcessed()).isFalse();
    }

    @Test
    void failOnErrorStatusOfTheSettingsHolds() {
        server.answering(request -> Answer.of(404, ""));
        try (var strict = InlinePatientHttp.builder()
                .callback(recorder)
                .sending(sending -> sending.settings(settings -> settings.failOnErrorStatus(true)))
                .build()) {
            strict.get(server.url("/")).callback(Recorder.class).enqueue();
        }

        assertThat(((HttpFailure) recorder.only()).kind()).isEqualTo(Failure.Kind.CLIENT_ERROR);
    }

    @Test
    void whatACallbackThrowsComesOutAndNeverTurnsIntoOnError() {
        recorder.exception = new IllegalArgumentException("boom");
        assertThatThrownBy(() -> get("/").enqueue()).isSameAs(recorder.exception);

        recorder.exception = new IOException("boom");
        assertThatThrownBy(() -> get("/").enqueue())
                .isInstanceOf(UndeclaredThrowableException.class)
                .hasCause(recorder.exception);

        assertThat(recorder.outcomes).as("parity D16").hasSize(2).allMatch(Response.class::isInstance);
        assertThat(server.received()).hasSize(2);
    }

    @Test
    void aCallbackMayEnqueue() {
        recorder.next = () -> get("/second").enqueue();

        get("/first").enqueue();

        assertThat(recorder.outcomes)
                .extracting(outcome -> outcome.url().getPath())
                .containsExactly("/second", "/first");
    }

    @Test
    void theChecksOfTheCallAreThoseOfTheDurableClient() {
        var good = Request.builder(Method.GET, server.url("/")).callback(Recorder.class);
        var literal = Request.builder(Method.GET, server.url("/"))
                .callback(Recorder.class)
                .header("Authorization", "Bearer hush")
                .build();

        assertThatThrownBy(() -> http.enqueueAll(List.of(good.build(), literal)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("header authorization must not hold a literal credential")
                .hasMessageContaining("Secret.named")
                .hasMessageNotContaining("hush");
        assertThatThrownBy(() -> http.get(server.url("/")).enqueue()).hasMessageContaining("callback must be set");
        assertThatThrownBy(() -> http.get(server.url("/")).callback("nobody").enqueue())
                .hasMessageContaining("callback must be registered, was \"nobody\"");
        assertThat(server.received()).as("all are checked before one is sent").isEmpty();
        assertThatThrownBy(() -> InlinePatientHttp.builder().build()).hasMessageContaining("no callback is registered");
    }

    @Test
    void anAdmittedRequestIsSentAndDeliveredWhenItsHolderSaysSo() {
        var admitted = http.admit(List.of(get("/").callbackArgs(Map.of("a", 1)).build()))
                .get(0);
        assertThat(admitted.callback()).isEqualTo(Recorder.class.getName());
        assertThat(server.received()).isEmpty();

        var outcome = admitted.send();
        assertThat(recorder.outcomes).isEmpty();
        admitted.deliver(outcome);
        admitted.deliver(outcome);

        assertThat(server.only().headers().get("x-request-id")).contains(admitted.id());
        assertThat(recorder.outcomes).containsExactly(outcome, outcome);
        assertThat(outcome.callbackArgs().get("a")).isEqualTo(1);
    }

    @Test
    void nothingIsLeftToCancelOrFind() {
        var id = get("/").delay(Duration.ofDays(1)).enqueue();

        assertThat(recorder.outcomes).hasSize(1);
        assertThat(http.cancel(id)).isEqualTo(CancelResult.NOT_FOUND);
        assertThat(http.find(id)).isEmpty();
        assertThatThrownBy(() -> http.find("x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anInterruptedThreadGivesUpAndStaysInterrupted() {
        var caller = Thread.currentThread();
        server.answering(request -> {
            caller.interrupt();
            return sleep();
        });

        assertThatThrownBy(() -> get("/").enqueue())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("may have reached its server");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(recorder.outcomes).isEmpty();
    }

    private static Answer sleep() {
        try {
            Thread.sleep(3_000); // longer than the caller may take to notice
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Answer.of(200, "late");
    }

    private static final class Recorder implements Callback {

        private final List<Outcome> outcomes = new ArrayList<>();
        private final List<Thread> threads = new ArrayList<>();
        private Exception exception;
        private Runnable next = () -> {};

        @Override
        public void onComplete(Response response) throws Exception {
            take(response);
        }

        @Override
        public void onError(Failure failure) throws Exception {
            take(failure);
        }

        private void take(Outcome outcome) throws Exception {
            var once = next;
            next = () -> {};
            once.run();
            threads.add(Thread.currentThread());
            outcomes.add(outcome);
            if (exception != null) {
                throw exception;
            }
        }

        private Outcome only() {
            assertThat(outcomes).hasSize(1);
            return outcomes.get(0);
        }
    }
}
