package io.patienthttp.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.Failure;
import io.patienthttp.HttpFailure;
import io.patienthttp.Method;
import io.patienthttp.RejectedFailure;
import io.patienthttp.Response;
import io.patienthttp.Secret;
import io.patienthttp.TransportFailure;
import io.patienthttp.spi.HttpTransport.TransportException;
import io.patienthttp.spi.IncomingResponse;
import io.patienthttp.spi.Sent;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestSenderTest extends SenderFixture {

    @Test
    void responseCarriesAllThatIsKnown() {
        transport.answer(200, Map.of("X-Answer", "yes"));

        var response =
                (Response) outcome(request(Method.POST, "https://h/a?b=c").body("hello"));

        assertThat(response.requestId()).isEqualTo("id-1");
        assertThat(response.method()).isEqualTo(Method.POST);
        assertThat(response.url()).hasToString("https://h/a?b=c");
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.headers().get("x-answer")).contains("yes");
        assertThat(response.bodyAsText()).isEqualTo("body 200");
        assertThat(response.attempt()).isEqualTo(3);
        assertThat(response.callbackArgs()).isEqualTo(ARGS);
        assertThat(response.redirects()).isEmpty();
        assertThat(response.duration()).isPositive();
        assertThat(response.queueDuration()).isEqualTo(Duration.ofMillis(7));
        assertThat(only().body()).asString().isEqualTo("hello");
    }

    @Test
    void secretsGoOnTheWireOnly() {
        transport.answer(200, Map.of());

        var outcome = outcome(request(Method.GET, "https://h/a?b=c")
                .header("Authorization", Secret.named("key").prefixed("Bearer "))
                .param("api key", Secret.named("key").prefixed("+ ")));

        assertThat(only().headers()).containsEntry("authorization", "Bearer s3cret");
        assertThat(only().url()).hasToString("https://h/a?b=c&api+key=%2B+s3cret");
        assertThat(outcome.url()).hasToString("https://h/a?b=c");
        assertThat(only().toString() + outcome).doesNotContain("s3cret");
    }

    @Test
    void ownHeadersAreAddedAtTheEnd() {
        transport.answer(200, Map.of()).answer(200, Map.of()).answer(200, Map.of());

        outcome(request(Method.GET, "https://h/").header("x-request-id", "forged"));
        outcome(request(Method.GET, "https://h/").header("User-Agent", "mine"));
        userAgent = null;
        outcome(request(Method.GET, "https://h/"));

        assertThat(transport.requests.get(0).headers())
                .containsEntry("x-request-id", "id-1")
                .containsEntry("user-agent", "patient-http/test");
        assertThat(transport.requests.get(0).id()).isEqualTo("id-1");
        assertThat(transport.requests.get(1).headers()).containsEntry("user-agent", "mine");
        assertThat(transport.requests.get(2).headers()).doesNotContainKey("user-agent");
    }

    @Test
    void timeoutIsThatOfTheRequestElseOfTheHostElseTheDefault() {
        transport.answer(200, Map.of()).answer(200, Map.of()).answer(200, Map.of());

        outcome(request(Method.GET, "https://SLOW/").timeout(Duration.ofSeconds(3)));
        outcome(request(Method.GET, "https://SLOW/"));
        outcome(request(Method.GET, "https://other/"));

        assertThat(transport.requests)
                .extracting(r -> r.limits().timeout())
                .containsExactly(Duration.ofSeconds(3), Duration.ofMinutes(5), DEFAULT_TIMEOUT);
    }

    @Test
    void preprocessorsSeeEachOthersChanges() {
        transport.answer(200, Map.of());
        preprocessors.put("one", draft -> {
            draft.header("X-One", draft.requestId() + " " + draft.method() + " " + draft.url());
            draft.param("p", "a b");
        });
        preprocessors.put(
                "two",
                draft -> draft.header(
                        "x-two",
                        draft.url() + " " + draft.headers().keySet() + " "
                                + new String(draft.body().orElseThrow())));

        var outcome = outcome(request(Method.POST, "https://h/").body("text").preprocessors("one", "two"));

        assertThat(only().url()).hasToString("https://h/?p=a+b");
        assertThat(only().headers())
                .containsEntry("x-one", "id-1 POST https://h/")
                .containsEntry("x-two", "https://h/?p=a+b [x-request-id, user-agent, x-one] text");
        assertThat(outcome.url()).hasToString("https://h/");
    }

    @Test
    void missingSecretIsNotAnOutcome() {
        var sent = send(request(Method.GET, "https://h/").header("a", Secret.named("nobody")));

        assertThat(sent).isEqualTo(new Sent.Unprepared("no secret is registered under the name nobody"));
        assertThat(transport.requests).isEmpty();
    }

    @Test
    void failingLookUpIsNotAnOutcomeAndShowsNoMessage() {
        source = name -> {
            throw new IOException("vault says s3cret");
        };

        var sent = send(request(Method.GET, "https://h/").param("a", Secret.named("key")));

        assertThat(sent).isEqualTo(new Sent.Unprepared("looking up the secret key failed: java.io.IOException"));
        assertThat(transport.requests).isEmpty();
    }

    @Test
    void missingPreprocessorIsNotAnOutcomeAndNoneRuns() {
        var ran = new CompletableFuture<Void>();
        preprocessors.put("here", draft -> ran.complete(null));

        var sent = send(request(Method.GET, "https://h/").preprocessors("here", "gone"));

        assertThat(sent).isEqualTo(new Sent.Unprepared("no preprocessor is registered under the name gone"));
        assertThat(ran).isNotDone();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\rb", "a\nb", "a\0b", "5 €"})
    void secretThatWouldStartAnotherHeaderIsRefused(String value) {
        secrets.put("key", value);

        var failure =
                (RejectedFailure) outcome(request(Method.GET, "https://h/").header("a", Secret.named("key")));

        assertThat(failure.kind()).isEqualTo(Failure.Kind.PREPARATION);
        assertThat(failure.maybeProcessed()).isFalse();
        assertThat(failure.duration()).isZero();
        assertThat(failure.message())
                .isEqualTo("the value of secret key must not contain CR, LF, NUL or characters beyond ISO-8859-1 in"
                        + " header a");
        assertThat(transport.requests).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"'a b',v", "a,'v\r\nx: y'", "'',v", "a:,v"})
    void preprocessorCannotSetABrokenHeader(String name, String value) {
        preprocessors.put("sign", draft -> draft.header(name, value));

        var failure =
                (RejectedFailure) outcome(request(Method.GET, "https://h/").preprocessors("sign"));

        assertThat(failure.kind()).isEqualTo(Failure.Kind.PREPARATION);
        assertThat(failure.message()).isEqualTo("preprocessor sign failed: java.lang.IllegalArgumentException");
    }

    @Test
    void throwingPreprocessorFailsTheRequestWithoutItsMessage() {
        preprocessors.put("sign", draft -> {
            throw new IOException("the key is s3cret");
        });

        var failure =
                (RejectedFailure) outcome(request(Method.GET, "https://h/").preprocessors("sign"));

        assertThat(failure.kind()).isEqualTo(Failure.Kind.PREPARATION);
        assertThat(failure.message()).isEqualTo("preprocessor sign failed: java.io.IOException");
        assertThat(transport.requests).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"200,", "302,OTHER_STATUS", "404,CLIENT_ERROR", "503,SERVER_ERROR"})
    void errorStatusFailsIfAskedFor(int status, Failure.Kind kind) {
        transport.answer(status, Map.of()).answer(status, Map.of()).answer(status, Map.of());

        assertThat(outcome(request(Method.GET, "https://h/"))).isInstanceOf(Response.class);
        var asked = outcome(request(Method.GET, "https://h/").failOnErrorStatus(true));
        failOnErrorStatus = true;
        assertThat(outcome(request(Method.GET, "https://h/").failOnErrorStatus(false)))
                .isInstanceOf(Response.class);

        if (kind == null) {
            assertThat(asked).isInstanceOf(Response.class);
        } else {
            assertThat(((HttpFailure) asked).kind()).isEqualTo(kind);
            assertThat(((HttpFailure) asked).response().status()).isEqualTo(status);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void transportFailureIsAnOutcome(boolean maybeProcessed) {
        transport.answer(
                failed(new TransportException(Failure.Kind.CONNECTION, maybeProcessed, "gone", new IOException())));

        var failure = (TransportFailure) outcome(request(Method.GET, "https://h/a"));

        assertThat(failure.kind()).isEqualTo(Failure.Kind.CONNECTION);
        assertThat(failure.message()).isEqualTo("gone");
        assertThat(failure.maybeProcessed()).isEqualTo(maybeProcessed);
        assertThat(failure.attempt()).isEqualTo(3);
        assertThat(failure.callbackArgs()).isEqualTo(ARGS);
        assertThat(failure.duration()).isPositive();
    }

    @Test
    void surpriseIsAnUnknownFailure() {
        transport.answer(failed(new IllegalStateException("s3cret")));

        var failure = (RejectedFailure) outcome(request(Method.GET, "https://h/a"));

        assertThat(failure.kind()).isEqualTo(Failure.Kind.UNKNOWN);
        assertThat(failure.maybeProcessed()).isTrue();
        assertThat(failure.message()).doesNotContain("s3cret");
    }

    @Test
    void nothingIsSentIfItMayNot() {
        var sent = sender().send(DETAILS, request(Method.GET, "https://h/").build(), () -> false)
                .result()
                .toCompletableFuture()
                .join();

        assertThat(sent).isEqualTo(new Sent.Aborted());
        assertThat(transport.requests).isEmpty();
    }

    @Test
    void abortClosesTheExchangeAndDiscardsALateAnswer() {
        var late = new CompletableFuture<IncomingResponse>();
        transport.answer(late);
        var sending = sender().send(DETAILS, request(Method.GET, "https://h/").build(), () -> true);
        assertThat(sending.result().toCompletableFuture()).isNotDone();

        sending.abort();
        late.complete(new IncomingResponse(200, io.patienthttp.Headers.empty(), new byte[0]));

        assertThat(sending.result().toCompletableFuture().join()).isEqualTo(new Sent.Aborted());
        assertThat(transport.exchanges.get(0).aborts).isEqualTo(1);
        assertThat(transport.exchanges.get(0).releases).isPositive();
    }

    @Test
    void abortComesTooLateForWhatIsDone() {
        transport.answer(200, Map.of());
        var sending = sender().send(DETAILS, request(Method.GET, "https://h/").build(), () -> true);

        sending.abort();

        assertThat(sending.result().toCompletableFuture().join()).isInstanceOf(Sent.Done.class);
        assertThat(transport.exchanges.get(0).aborts).isZero();
        assertThat(transport.exchanges.get(0).releases).isZero();
    }

    @Test
    void abortBeforePreparationSendsNothing() {
        var queued = new CompletableFuture<Runnable>();
        threads = queued::complete;
        var sending = sender().send(DETAILS, request(Method.GET, "https://h/").build(), () -> true);

        sending.abort();
        queued.join().run();

        assertThat(sending.result().toCompletableFuture().join()).isEqualTo(new Sent.Aborted());
        assertThat(transport.requests).isEmpty();
    }

    @Test
    void stoppedThreadsAbort() {
        threads = task -> {
            throw new RejectedExecutionException();
        };

        assertThat(send(request(Method.GET, "https://h/"))).isEqualTo(new Sent.Aborted());
    }
}
