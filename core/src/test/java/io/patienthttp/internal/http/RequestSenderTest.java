package io.patienthttp.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.CallbackArgs;
import io.patienthttp.Failure;
import io.patienthttp.HttpFailure;
import io.patienthttp.Method;
import io.patienthttp.Outcome;
import io.patienthttp.Preprocessor;
import io.patienthttp.RedirectFailure;
import io.patienthttp.RejectedFailure;
import io.patienthttp.Request;
import io.patienthttp.Response;
import io.patienthttp.Secret;
import io.patienthttp.TransportFailure;
import io.patienthttp.spi.HttpTransport.TransportException;
import io.patienthttp.spi.IncomingResponse;
import io.patienthttp.spi.Sent;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestSenderTest {

    private static final CallbackArgs ARGS = CallbackArgs.of(Map.of("user", 42));
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

    private final FakeTransport transport = new FakeTransport();
    private final Map<String, String> secrets = new HashMap<>(Map.of("key", "s3cret"));
    private final Map<String, Preprocessor> preprocessors = new HashMap<>();
    private Executor threads = Runnable::run;
    private SecretSource source = name -> Optional.ofNullable(secrets.get(name));
    private int maxRedirects = 5;
    private boolean failOnErrorStatus;
    private String userAgent = "patient-http/test";

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
                .extracting(r -> r.timeout())
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
    @ValueSource(strings = {"a\rb", "a\nb", "a\0b"})
    void secretThatWouldStartAnotherHeaderIsRefused(String value) {
        secrets.put("key", value);

        var failure =
                (RejectedFailure) outcome(request(Method.GET, "https://h/").header("a", Secret.named("key")));

        assertThat(failure.kind()).isEqualTo(Failure.Kind.PREPARATION);
        assertThat(failure.maybeProcessed()).isFalse();
        assertThat(failure.duration()).isZero();
        assertThat(failure.message()).isEqualTo("the value of secret key must not contain CR, LF or NUL in header a");
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
    @CsvSource({
        "301,GET,GET",
        "302,POST,GET",
        "303,PUT,GET",
        "303,DELETE,GET",
        "301,HEAD,HEAD",
        "307,POST,POST",
        "308,DELETE,DELETE",
        "307,HEAD,HEAD",
    })
    void redirectSetsMethodAndBody(int status, Method method, Method next) {
        transport.redirect(status, "/next").answer(200, Map.of());
        var request = request(method, "https://h/first")
                .header("content-type", "text/plain")
                .header("content-language", Secret.named("key"))
                .header("x-other", "stays");
        if (method.allowsBody()) {
            request.body("text");
        }

        var response = (Response) outcome(request);

        var second = transport.requests.get(1);
        assertThat(second.method()).isEqualTo(next);
        assertThat(second.url()).hasToString("https://h/next");
        assertThat(second.headers()).containsEntry("x-other", "stays").containsEntry("x-request-id", "id-1");
        if (status >= 307) {
            assertThat(second.headers()).containsKeys("content-type", "content-language");
            assertThat(second.body() != null).isEqualTo(method.allowsBody());
        } else {
            assertThat(second.headers()).doesNotContainKeys("content-type", "content-language");
            assertThat(second.body()).isNull();
        }
        assertThat(response.method()).isEqualTo(next);
        assertThat(response.url()).hasToString("https://h/next");
        assertThat(response.redirects()).containsExactly(URI.create("https://h/first"));
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 304, 305, 306})
    void otherStatusesAreNotFollowed(int status) {
        transport.redirect(status, "/next");

        assertThat(((Response) outcome(request(Method.GET, "https://h/"))).status())
                .isEqualTo(status);
    }

    @Test
    void redirectWithoutLocationIsAResponse() {
        transport.answer(302, Map.of()).redirect(302, "  ");

        assertThat(outcome(request(Method.GET, "https://h/"))).isInstanceOf(Response.class);
        assertThat(outcome(request(Method.GET, "https://h/"))).isInstanceOf(Response.class);
    }

    @Test
    void noRedirectIsFollowedIfNoneIsAllowed() {
        transport.redirect(302, "/next");

        var response = (Response) outcome(request(Method.GET, "https://h/").maxRedirects(0));

        assertThat(response.status()).isEqualTo(302);
        assertThat(transport.requests).hasSize(1);
    }

    @Test
    void redirectsBeyondTheLimitFail() {
        maxRedirects = 2;
        transport.redirect(302, "/b").redirect(302, "/c").redirect(302, "/a");

        var failure = (RedirectFailure) outcome(request(Method.GET, "https://h/a"));

        // the last one is a loop as well: too many is checked first
        assertThat(failure.kind()).isEqualTo(Failure.Kind.TOO_MANY_REDIRECTS);
        assertThat(failure.redirects()).extracting(URI::getPath).containsExactly("/a", "/b", "/c");
        assertThat(failure.response().status()).isEqualTo(302);
        assertThat(failure.message()).contains("2 redirects");
        assertThat(failure.maybeProcessed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a", "", "https://H/a#fragment", "./x/../a"})
    void redirectLoopFails(String back) {
        transport.redirect(302, "/b").redirect(302, back.isEmpty() ? "#" : back);

        var failure = (RedirectFailure) outcome(request(Method.GET, "https://h/a#top"));

        assertThat(failure.kind()).isEqualTo(Failure.Kind.REDIRECT_LOOP);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://h/", "https://", "a b", "https://user:s3cret@h/"})
    void invalidLocationFailsAndIsNotShown(String location) {
        transport.redirect(302, location);

        var failure = (RedirectFailure) outcome(request(Method.GET, "https://h/a"));

        assertThat(failure.kind()).isEqualTo(Failure.Kind.INVALID_LOCATION);
        assertThat(failure.message()).doesNotContain("s3cret");
    }

    @Test
    void sameOriginKeepsCredentialsButNotSecretParameters() {
        transport.redirect(302, "https://h:443/next?x=1").answer(200, Map.of());
        preprocessors.put("sign", draft -> draft.header("x-signed", draft.url().toString()));

        var response = (Response) outcome(request(Method.GET, "https://h/first?a=1")
                .header("authorization", "literal")
                .header("x-key", Secret.named("key"))
                .param("token", Secret.named("key"))
                .preprocessors("sign"));

        assertThat(transport.requests.get(0).headers()).containsEntry("x-signed", "https://h/first?a=1&token=s3cret");
        var second = transport.requests.get(1);
        assertThat(second.headers())
                .containsEntry("authorization", "literal")
                .containsEntry("x-key", "s3cret")
                .containsEntry("x-signed", "https://h:443/next?x=1");
        assertThat(second.url()).hasToString("https://h:443/next?x=1");
        assertThat(response.redirects()).containsExactly(URI.create("https://h/first?a=1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://h/", "https://h:444/", "https://other/", "//h.evil/"})
    void otherOriginGetsNoCredentials(String location) {
        transport.redirect(307, location).answer(200, Map.of());
        preprocessors.put("sign", draft -> draft.header("x-signed", "yes"));

        outcome(request(Method.POST, "https://h/first")
                .header("Authorization", "literal")
                .header("X-Api-Key", "literal")
                .header("Host", "h")
                .header("x-plain", "stays")
                .header("x-custom", Secret.named("key"))
                .param("token", Secret.named("key"))
                .body("text")
                .preprocessors("sign"));

        var second = transport.requests.get(1);
        assertThat(second.headers().keySet()).containsExactlyInAnyOrder("x-plain", "x-request-id", "user-agent");
        assertThat(second.url().toString() + second.headers()).doesNotContain("s3cret");
    }

    @Test
    void originThatIsLeftGetsNothingBack() {
        transport
                .redirect(302, "https://other/")
                .redirect(302, "https://h/back")
                .answer(200, Map.of());

        outcome(request(Method.GET, "https://h/first").header("x-custom", Secret.named("key")));

        assertThat(transport.requests.get(2).headers()).doesNotContainKey("x-custom");
    }

    @Test
    void redirectGivesBackItsBodyAndTheLastOneIsKept() {
        transport.redirect(302, "/next").answer(200, Map.of());

        var sending = sender().send("id-1", request(Method.GET, "https://h/").build(), ARGS, 3, () -> true);

        assertThat(transport.exchanges.get(0).releases).isEqualTo(1);
        assertThat(transport.exchanges.get(1).releases).isZero();
        sending.release();
        assertThat(transport.exchanges.get(1).releases).isEqualTo(1);
    }

    @Test
    void secretThatGoesMissingBetweenHopsIsAnOutcomeBecauseSomethingWasSent() {
        var gone = new CompletableFuture<IncomingResponse>();
        transport.answer(gone);
        var result = sender().send(
                        "id-1",
                        request(Method.GET, "https://h/")
                                .header("a", Secret.named("key"))
                                .build(),
                        ARGS,
                        3,
                        () -> true)
                .result()
                .toCompletableFuture();
        secrets.clear();

        gone.complete(new IncomingResponse(
                302, io.patienthttp.Headers.of(Map.of("location", List.of("/next"))), new byte[0]));

        var failure = (RejectedFailure) ((Sent.Done) result.join()).outcome();
        assertThat(failure.kind()).isEqualTo(Failure.Kind.PREPARATION);
        assertThat(failure.maybeProcessed()).isTrue();
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
    void failureAfterARedirectMayHaveBeenProcessed() {
        transport
                .redirect(303, "/next")
                .answer(failed(new TransportException(Failure.Kind.CONNECTION, false, "gone", new IOException())));

        var failure = (TransportFailure) outcome(request(Method.POST, "https://h/a"));

        assertThat(failure.maybeProcessed()).isTrue();
        assertThat(failure.url()).hasToString("https://h/next");
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
        var sent = sender().send("id-1", request(Method.GET, "https://h/").build(), ARGS, 3, () -> false)
                .result()
                .toCompletableFuture()
                .join();

        assertThat(sent).isEqualTo(new Sent.Aborted());
        assertThat(transport.requests).isEmpty();
    }

    @Test
    void permissionIsAskedForEachHop() {
        transport.redirect(302, "/next");

        var sent = sender().send(
                        "id-1", request(Method.GET, "https://h/").build(), ARGS, 3, () -> transport.requests.isEmpty())
                .result()
                .toCompletableFuture()
                .join();

        assertThat(sent).isEqualTo(new Sent.Aborted());
        assertThat(transport.requests).hasSize(1);
    }

    @Test
    void abortClosesTheExchangeAndDiscardsALateAnswer() {
        var late = new CompletableFuture<IncomingResponse>();
        transport.answer(late);
        var sending = sender().send("id-1", request(Method.GET, "https://h/").build(), ARGS, 3, () -> true);
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
        var sending = sender().send("id-1", request(Method.GET, "https://h/").build(), ARGS, 3, () -> true);

        sending.abort();

        assertThat(sending.result().toCompletableFuture().join()).isInstanceOf(Sent.Done.class);
        assertThat(transport.exchanges.get(0).aborts).isZero();
        assertThat(transport.exchanges.get(0).releases).isZero();
    }

    @Test
    void abortBeforePreparationSendsNothing() {
        var queued = new CompletableFuture<Runnable>();
        threads = queued::complete;
        var sending = sender().send("id-1", request(Method.GET, "https://h/").build(), ARGS, 3, () -> true);

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

    @Test
    void redirectsOverRealSocketsCarryNoSecretToAnotherOrigin() throws Exception {
        var budget = new ByteBudget(1_000_000);
        var real = new JettyTransport(
                new TransportSettings(
                        10, Duration.ofSeconds(5), 1_000, 10, Duration.ofSeconds(30), Duration.ofMinutes(10)),
                budget);
        var seen = new CompletableFuture<String>();
        real.start();
        try (var other = new TestServer((request, response, callback) -> {
                    seen.complete(request.getHttpURI().getPathQuery() + " " + request.getHeaders());
                    response.write(true, java.nio.ByteBuffer.wrap("end".getBytes()), callback);
                });
                var first = new TestServer((request, response, callback) -> {
                    response.setStatus(302);
                    response.getHeaders().add("location", other.url("/x"));
                    callback.succeeded();
                })) {
            var request = request(Method.GET, first.url("/"))
                    .header("x-custom", Secret.named("key"))
                    .param("token", Secret.named("key"))
                    .build();

            var sending = new RequestSender(real, threads, source, preprocessors, settings())
                    .send("id-1", request, ARGS, 1, () -> true);
            var sent = (Sent.Done) sending.result().toCompletableFuture().get(10, TimeUnit.SECONDS);

            assertThat(((Response) sent.outcome()).bodyAsText()).isEqualTo("end");
            assertThat(seen.join()).startsWith("/x ").contains("id-1").doesNotContain("s3cret");
            assertThat(budget.used()).isEqualTo(3);
            sending.release();
            assertThat(budget.used()).isZero();
        } finally {
            real.stop();
        }
    }

    private static CompletableFuture<IncomingResponse> failed(Throwable cause) {
        return CompletableFuture.failedFuture(cause);
    }

    private static Request.Builder request(Method method, String url) {
        return Request.builder(method, url);
    }

    private io.patienthttp.spi.OutgoingRequest only() {
        assertThat(transport.requests).hasSize(1);
        return transport.requests.get(0);
    }

    private SendSettings settings() {
        return new SendSettings(
                DEFAULT_TIMEOUT,
                Map.of("slow", Duration.ofMinutes(5)),
                maxRedirects,
                failOnErrorStatus,
                userAgent,
                Set.of("Authorization", "x-api-key"));
    }

    private RequestSender sender() {
        return new RequestSender(transport, threads, source, preprocessors, settings());
    }

    private Sent send(Request.Builder request) {
        return sender().send("id-1", request.build(), ARGS, 3, () -> true)
                .result()
                .toCompletableFuture()
                .join();
    }

    private Outcome outcome(Request.Builder request) {
        return ((Sent.Done) send(request)).outcome();
    }
}
