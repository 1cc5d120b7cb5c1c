package io.patienthttp.test;

import static io.patienthttp.test.Answer.failure;
import static io.patienthttp.test.Answer.json;
import static io.patienthttp.test.Answer.redirect;
import static io.patienthttp.test.Answer.status;
import static io.patienthttp.test.Answer.text;
import static io.patienthttp.test.RequestPattern.get;
import static io.patienthttp.test.RequestPattern.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.patienthttp.CancelResult;
import io.patienthttp.Failure;
import io.patienthttp.HttpFailure;
import io.patienthttp.Listener;
import io.patienthttp.Outcome;
import io.patienthttp.Request;
import io.patienthttp.RequestState;
import io.patienthttp.Response;
import io.patienthttp.Secret;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is enqueued is recorded, sent to the script by the code of production, and delivered by the clock of the test. */
class TestPatientHttpTest {

    private static final String THINGS = "https://api.example.com/things";

    private final RecordingCallback callback = new RecordingCallback();

    @RegisterExtension
    final TestPatientHttp http = new TestPatientHttp().callback(callback);

    private Request.Builder things() {
        return http.get(THINGS).callback(RecordingCallback.class);
    }

    @Test
    void enqueueRecordsAndDeliverAllSendsAndRunsTheCallback() {
        http.answer(post(THINGS), json(Map.of("id", 7)).withStatus(201).withHeader("x-a", "b"));

        var id = http.post(THINGS)
                .json(Map.of("name", "x"))
                .callback(RecordingCallback.class)
                .callbackArgs(Map.of("document", 42))
                .enqueue();

        assertThat(callback.outcomes).isEmpty();
        assertThat(http.find(id).orElseThrow().state()).isEqualTo(RequestState.PENDING);
        http.deliverAll();
        var response = callback.response();
        assertThat(response.requestId()).isEqualTo(id);
        assertThat(response.status()).isEqualTo(201);
        assertThat(response.json(Map.class)).isEqualTo(Map.of("id", 7));
        assertThat(response.headers().get("x-a")).contains("b");
        assertThat(response.callbackArgs().get("document")).isEqualTo(42);
        assertThat(http.find(id)).isEmpty();
        http.deliverAll();
        assertThat(callback.outcomes).hasSize(1);
    }

    @Test
    void listenersAreToldOfTheLifeOfARequest() {
        var told = new ArrayList<String>();
        http.listener(new Telling(told));
        http.sending(s -> s.settings(t -> t.callbackMaxAttempts(3)));
        http.answer(get(THINGS), text("x"));
        callback.exceptions.add(new IllegalStateException("failure 1"));

        var id = things().enqueue();
        assertThatThrownBy(http::deliverAll).hasMessage("failure 1");
        http.deliverAll();

        assertThat(told)
                .containsExactly(
                        "enqueued " + id,
                        "start " + id,
                        "completed " + id,
                        "retried " + id + " 1 PT5S",
                        "delivered " + id);
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
        public void onRetried(String requestId, int run, Duration duration, Duration backoff) {
            told.add("retried " + requestId + " " + run + " " + backoff);
        }

        @Override
        public void onDelivered(String requestId, Duration duration) {
            told.add("delivered " + requestId);
        }
    }

    @Test
    void theChecksOfTheCallAreThoseOfProduction() {
        assertThatThrownBy(() -> http.get(THINGS).enqueue()).hasMessageContaining("callback must be set");
        assertThatThrownBy(() -> http.get(THINGS).callback("nobody").enqueue())
                .hasMessageContaining("callback must be registered, was \"nobody\"")
                .hasMessageContaining(RecordingCallback.class.getName());
        assertThatThrownBy(() -> things().header("Authorization", "hush").enqueue())
                .hasMessageContaining("header authorization must not hold a literal credential");
        assertThat(http).enqueuedNothing();
    }

    @Test
    void answersComeInTheirOrderAndTheLastOneStays() {
        http.answer(get(THINGS), status(503), text("ok"));

        http.enqueueAll(List.of(things().build(), things().build(), things().build()));
        http.deliverAll();

        assertThat(callback.outcomes)
                .extracting(outcome -> ((Response) outcome).status())
                .containsExactly(503, 200, 200);
    }

    @Test
    void whatWasScriptedLastCounts() {
        http.answer(get("https://api.example.com/*"), status(500));
        http.answer(get(THINGS), text("mine"));

        things().enqueue();
        http.deliverAll();

        assertThat(callback.response().bodyAsText()).isEqualTo("mine");
    }

    @Test
    void redirectsAreFollowedThroughTheScript() {
        http.answer(get(THINGS), redirect(302, "/end?a=1")).answer(get("https://api.example.com/end?a=1"), text("end"));

        things().enqueue();
        http.deliverAll();

        assertThat(callback.response().bodyAsText()).isEqualTo("end");
        assertThat(callback.response().redirects()).containsExactly(URI.create(THINGS));
    }

    @Test
    void secretsPreprocessorsAndSettingsAreUsedAsInProduction() {
        var seen = new ArrayList<String>();
        http.sending(sending -> sending.preprocessor(
                        "sign", draft -> seen.add(draft.headers().get("x-key")))
                .settings(settings -> settings.failOnErrorStatus(true).maxResponseSize(3)));
        http.answer(get(THINGS), status(404), text("1234"));

        things().header("X-Key", Secret.named("a key")).preprocessors("sign").enqueue();
        things().enqueue();
        things().preprocessors("nobody").enqueue();
        http.deliverAll();

        assertThat(seen).containsExactly("value-of-a-key");
        assertThat(callback.outcomes)
                .extracting(outcome -> ((Failure) outcome).kind())
                .containsExactlyInAnyOrder(
                        Failure.Kind.CLIENT_ERROR, Failure.Kind.RESPONSE_TOO_LARGE, Failure.Kind.PREPARATION);
        assertThat(callback.outcomes).hasAtLeastOneElementOfType(HttpFailure.class);
        assertThatThrownBy(() -> http.callback(new RecordingCallback()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("callback must be given before the first request is enqueued");
    }

    @Test
    void delaysPassOnTheClockOfTheTestOnly() {
        http.answer(get(THINGS), text("slow").after(Duration.ofSeconds(50)))
                .answer(get("https://fast.example.com/"), text("fast"));
        var start = http.clock().instant();

        things().enqueue();
        http.get("https://fast.example.com/").callback(RecordingCallback.class).enqueue();
        var later = things().delay(Duration.ofHours(2)).enqueue();
        http.advance(Duration.ofSeconds(49));

        assertThat(urls()).containsExactly("https://fast.example.com/");
        assertThat(http.clock().instant()).isEqualTo(start.plusSeconds(49));
        http.advance(Duration.ofSeconds(1));
        assertThat(urls()).containsExactly("https://fast.example.com/", THINGS);
        assertThat(http.find(later)).isPresent();
        http.deliverAll();
        assertThat(callback.outcomes).hasSize(3);
        assertThat(http.clock().instant())
                .isEqualTo(start.plus(Duration.ofHours(2)).plusSeconds(50));
    }

    private List<String> urls() {
        return callback.outcomes.stream()
                .map(outcome -> outcome.url().toString())
                .toList();
    }

    @Test
    void anAnswerThatTakesTooLongIsATimeoutAfterTheTimeoutOfTheRequest() {
        http.answer(get(THINGS), text("late").after(Duration.ofSeconds(30)));
        var start = http.clock().instant();

        things().timeout(Duration.ofSeconds(30)).enqueue();
        things().firstByteTimeout(Duration.ofSeconds(10)).enqueue();
        http.advance(Duration.ofSeconds(10));

        assertThat(callback.failure().kind()).isEqualTo(Failure.Kind.TIMEOUT);
        http.deliverAll();
        assertThat(callback.outcomes)
                .extracting(outcome -> ((Failure) outcome).kind())
                .containsExactly(Failure.Kind.TIMEOUT, Failure.Kind.TIMEOUT);
        assertThat(http.clock().instant()).isEqualTo(start.plusSeconds(30));
    }

    @Test
    void aCallbackThatThrowsRunsAgainAfterItsBackoffUntilItsRequestIsDead() {
        http.answer(get(THINGS), text("once"), status(500));
        for (int run = 1; run <= 10; run++) {
            callback.exceptions.add(new IllegalArgumentException("run " + run));
        }
        var id = things().enqueue();
        var waits = new ArrayList<Duration>();

        for (int run = 1; run <= 10; run++) {
            var before = http.clock().instant();
            assertThatThrownBy(http::deliverAll)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("run " + run);
            waits.add(Duration.between(before, http.clock().instant()));
        }

        assertThat(waits)
                .containsExactlyElementsOf(List.of(0, 5, 10, 20, 40, 80, 160, 320, 640, 1280).stream()
                        .map(Duration::ofSeconds)
                        .toList());
        assertThat(http.find(id).orElseThrow().state()).isEqualTo(RequestState.DEAD);
        assertThat(http.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.requestId()).isEqualTo(id);
            assertThat(letter.runs()).isEqualTo(10);
            assertThat(letter.lastError()).isEqualTo("java.lang.IllegalArgumentException: run 10");
        });
        http.deliverAll();
        assertThat(callback.outcomes).isEmpty();
    }

    @Test
    void theBackoffEndsAtTheLongest() {
        http.sending(sending -> sending.settings(settings ->
                settings.callbackFirstBackoff(Duration.ofSeconds(3)).callbackLongestBackoff(Duration.ofSeconds(5))));
        http.answer(get(THINGS), text("once"), status(500));
        callback.exceptions.addAll(List.of(new IllegalStateException("1"), new IllegalStateException("2")));
        things().enqueue();

        assertThatThrownBy(http::deliverAll).hasMessage("1");
        http.advance(Duration.ofMillis(2_999));
        assertThatThrownBy(() -> http.advance(Duration.ofMillis(1))).hasMessage("2");
        http.advance(Duration.ofMillis(4_999));
        assertThat(callback.outcomes).isEmpty();
        http.advance(Duration.ofMillis(1));

        assertThat(callback.response().bodyAsText()).as("sent once").isEqualTo("once");
    }

    @Test
    void aCallbackMayEnqueueAndAnEndlessChainIsToldSo() {
        http.answer(get(THINGS), text("pending"), text("done"));
        callback.then = outcome -> {
            if (callback.outcomes.size() == 1) {
                things().delay(Duration.ofMinutes(1)).enqueue();
            }
        };
        things().enqueue();
        http.deliverAll();
        assertThat(callback.outcomes).hasSize(2);
        assertThat(http.clock().instant()).isEqualTo(TestClock.START.plusSeconds(60));

        callback.then = outcome -> things().delay(Duration.ofMinutes(1)).enqueue();
        things().enqueue();
        assertThatThrownBy(http::deliverAll)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("there is no end of requests, the next one is GET " + THINGS)
                .hasMessageContaining("advance(Duration)");
        assertThat(http).enqueued(get(THINGS));
    }

    @Test
    void inlineSendsAndDeliversBeforeEnqueueReturns() {
        http.inline().answer(get(THINGS), text("ok").after(Duration.ofSeconds(30)));
        callback.exceptions.add(new IllegalStateException("boom"));

        assertThatThrownBy(() -> things().enqueue()).hasMessage("boom");
        var id = things().delay(Duration.ofDays(1)).enqueue();

        assertThat(callback.only().requestId()).isEqualTo(id);
        assertThat(http.find(id)).isEmpty();
        assertThat(http.clock().instant()).isEqualTo(TestClock.START);
        assertThat(http).enqueued(2, get(THINGS));
        http.deliverAll();
        assertThat(callback.outcomes).as("the one whose callback failed").hasSize(2);
    }

    @Test
    void aRequestIsCancelledUntilItHasAnOutcome() {
        http.answer(get(THINGS), text("slow").after(Duration.ofSeconds(30)));
        var pending = things().delay(Duration.ofHours(1)).enqueue();
        var inFlight = things().enqueue();
        http.advance(Duration.ofSeconds(1));
        assertThat(http.find(inFlight).orElseThrow().state()).isEqualTo(RequestState.IN_FLIGHT);

        assertThat(http.cancel(pending)).isEqualTo(CancelResult.CANCELLED);
        assertThat(http.cancel(pending)).isEqualTo(CancelResult.CANCELLED);
        assertThat(http.cancel(inFlight)).isEqualTo(CancelResult.CANCELLED);
        http.advance(Duration.ZERO);

        assertThat(callback.outcomes)
                .allSatisfy(outcome -> assertThat(((Failure) outcome).kind()).isEqualTo(Failure.Kind.CANCELLED))
                .extracting(Outcome::requestId, outcome -> ((Failure) outcome).maybeProcessed())
                .containsExactlyInAnyOrder(tuple(pending, false), tuple(inFlight, true));
        assertThat(http.cancel(pending)).isEqualTo(CancelResult.NOT_FOUND);
        assertThatThrownBy(() -> http.cancel("x")).isInstanceOf(IllegalArgumentException.class);

        var own = things().enqueue();
        var result = new ArrayList<CancelResult>();
        callback.then = outcome -> result.add(http.cancel(own));
        http.deliverAll();
        assertThat(result).containsExactly(CancelResult.TOO_LATE);
    }

    @Test
    void theClockStandsStillAtAKnownTime() {
        assertThat(http.clock().instant()).isEqualTo(Instant.parse("2030-01-01T00:00:00Z"));
        var zoned = http.clock().withZone(ZoneId.of("Europe/Berlin"));
        http.advance(Duration.ofDays(1));
        assertThat(zoned.instant()).isEqualTo(Instant.parse("2030-01-02T00:00:00Z"));
        assertThatThrownBy(() -> http.advance(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("time must not be negative, was PT-1S");
    }

    @Test
    void recordedRequestsKeepSecretsAsNames() {
        things().header("Authorization", Secret.named("openai").prefixed("Bearer "))
                .param("a", "b")
                .enqueue();

        assertThat(http.requests()).singleElement().satisfies(request -> {
            assertThat(request.secretHeaders()).containsKey("authorization");
            assertThat(request.url()).hasToString(THINGS + "?a=b");
        });
        assertThat(http)
                .enqueued(get(THINGS)
                        .withHeader("authorization", Secret.named("openai").prefixed("Bearer ")))
                .notEnqueued(get(THINGS).withHeader("authorization", Secret.named("other")))
                .notEnqueued(post(THINGS));
    }

    @Test
    void failuresArriveAsTheirKinds() {
        http.answer(get(THINGS), failure(Failure.Kind.DNS));

        things().enqueue();
        http.deliverAll();

        assertThat(callback.failure().kind()).isEqualTo(Failure.Kind.DNS);
    }
}
