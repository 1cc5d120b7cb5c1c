package io.patienthttp.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.Failure;
import io.patienthttp.Method;
import io.patienthttp.RedirectFailure;
import io.patienthttp.RejectedFailure;
import io.patienthttp.Response;
import io.patienthttp.Secret;
import io.patienthttp.TransportFailure;
import io.patienthttp.spi.HttpTransport.TransportException;
import io.patienthttp.spi.IncomingResponse;
import io.patienthttp.spi.Sent;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedirectTest extends SenderFixture {

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

        var sending = sender().send(DETAILS, request(Method.GET, "https://h/").build(), () -> true);

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
                        DETAILS,
                        request(Method.GET, "https://h/")
                                .header("a", Secret.named("key"))
                                .build(),
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
    void permissionIsAskedForEachHop() {
        transport.redirect(302, "/next");

        var sent = sender().send(DETAILS, request(Method.GET, "https://h/").build(), () -> transport.requests.isEmpty())
                .result()
                .toCompletableFuture()
                .join();

        assertThat(sent).isEqualTo(new Sent.Aborted());
        assertThat(transport.requests).hasSize(1);
    }

    @Test
    void redirectsOverRealSocketsCarryNoSecretToAnotherOrigin() throws Exception {
        var budget = new ByteBudget(1_000_000);
        var real = Exchanges.transport(
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
                    .send(DETAILS, request, () -> true);
            var sent = (Sent.Done) sending.result().toCompletableFuture().get(10, TimeUnit.SECONDS);

            assertThat(((Response) sent.outcome()).bodyAsText()).isEqualTo("end");
            assertThat(seen.join()).startsWith("/x ").contains("id-1").doesNotContain("s3cret");
            assertThat(budget.used()).as("each byte counts twice").isEqualTo(6);
            sending.release();
            assertThat(budget.used()).isZero();
        } finally {
            real.stop();
        }
    }

    @Test
    void serverThatRedirectsForEverIsLeftAtTheLimit() throws Exception {
        var real = Exchanges.transport(Exchanges.settings(Duration.ofSeconds(30)), new ByteBudget(1_000_000));
        real.start();
        var hits = new AtomicInteger();
        try (var server = new RawServer(socket -> {
            while (!RawServer.readHead(socket).isEmpty()) {
                var next = "/" + hits.incrementAndGet() + "?\u00c3\u00bc";
                RawServer.write(socket, "HTTP/1.1 302 Found\r\nLocation: " + next + "\r\nContent-Length: 0\r\n\r\n");
            }
        })) {
            var sender = new RequestSender(real, threads, source, preprocessors, settings());
            var request =
                    request(Method.GET, server.url("/0")).maxRedirects(100).build();
            var sent = sender.send(DETAILS, request, () -> true).result().toCompletableFuture();

            var failure = (RedirectFailure) ((Sent.Done) sent.get(20, TimeUnit.SECONDS)).outcome();

            assertThat(failure.kind()).isEqualTo(Failure.Kind.TOO_MANY_REDIRECTS);
            assertThat(failure.redirects()).hasSize(101);
            assertThat(failure.redirects().get(100)).hasToString(server.url("/100?%C3%BC"));
            assertThat(hits).hasValue(101);
            assertThat(server.accepted()).isEqualTo(1);
        } finally {
            real.stop();
        }
    }
}
