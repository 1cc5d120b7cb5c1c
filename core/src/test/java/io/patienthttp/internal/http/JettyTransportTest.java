package io.patienthttp.internal.http;

import static io.patienthttp.internal.http.Exchanges.LONG;
import static io.patienthttp.internal.http.Exchanges.MAX_SIZE;
import static io.patienthttp.internal.http.Exchanges.awaitEnd;
import static io.patienthttp.internal.http.Exchanges.failure;
import static io.patienthttp.internal.http.Exchanges.get;
import static io.patienthttp.internal.http.Exchanges.request;
import static io.patienthttp.internal.http.Exchanges.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.Failure;
import io.patienthttp.Method;
import io.patienthttp.spi.HttpTransport.Exchange;
import io.patienthttp.spi.Limits;
import io.patienthttp.spi.OutgoingRequest;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.eclipse.jetty.io.Content;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JettyTransportTest {

    private final ByteBudget budget = new ByteBudget(10_000_000);
    private final JettyTransport transport = Exchanges.transport(settings(Duration.ofSeconds(30)), budget);

    @BeforeEach
    void start() {
        transport.start();
    }

    @AfterEach
    void stop() {
        transport.stop();
    }

    @ParameterizedTest
    @EnumSource(Method.class)
    void exchangesEachMethodWithHeadersAndBodyBothWays(Method method) throws Exception {
        try (var server = new TestServer((request, response, callback) -> {
            var body = Content.Source.asString(request);
            response.setStatus(201);
            response.getHeaders().add("x-method", request.getMethod());
            response.getHeaders().add("x-target", request.getHttpURI().getPathQuery());
            response.getHeaders()
                    .add("x-got", String.valueOf(request.getHeaders().get("x-sent")));
            response.getHeaders().add("x-twice", "1");
            response.getHeaders().add("X-Twice", "2");
            Content.Sink.write(response, true, "got " + body, callback);
        })) {
            var body = method.allowsBody() ? "höhö".getBytes(StandardCharsets.UTF_8) : null;
            var url = URI.create(server.url("/p%20q/?a=%2F&b=1+2"));

            var response = get(transport.send(
                    new OutgoingRequest("id", method, url, Map.of("x-sent", "value"), body, Limits.of(LONG))));

            assertThat(response.status()).isEqualTo(201);
            assertThat(response.headers().get("x-method")).contains(method.name());
            assertThat(response.headers().get("x-target")).contains("/p%20q/?a=%2F&b=1+2");
            assertThat(response.headers().get("x-got")).contains("value");
            assertThat(response.headers().getAll("x-twice")).containsExactly("1", "2");
            var expected = method == Method.HEAD ? "" : "got " + (body == null ? "" : "höhö");
            assertThat(response.body()).asString(StandardCharsets.UTF_8).isEqualTo(expected);
        }
    }

    @Test
    void addsNothingToTheRequestButWhatHttpNeeds() throws Exception {
        var head = new CompletableFuture<String>();
        try (var server = new RawServer(socket -> {
            head.complete(RawServer.readHead(socket));
            RawServer.write(socket, "HTTP/1.1 204 No Content\r\nSet-Cookie: a=b\r\n\r\n");
            RawServer.readHead(socket);
        })) {
            get(transport.send(request(server.url("/x?y"), Map.of("content-length", "99", "a", "b"))));

            assertThat(head.get(10, TimeUnit.SECONDS).toLowerCase(Locale.ROOT).lines())
                    .containsExactlyInAnyOrder(
                            "get /x?y http/1.1",
                            "host: 127.0.0.1:" + server.port(),
                            "a: b",
                            "accept-encoding: gzip, deflate",
                            "");
        }
    }

    @Test
    void redirectsCookiesAndChallengesAreLeftAlone() throws Exception {
        try (var server = new TestServer((request, response, callback) -> {
            if (request.getHeaders().contains("cookie")) {
                response.setStatus(500);
            } else {
                response.setStatus(request.getHttpURI().getPath().equals("/401") ? 401 : 302);
                response.getHeaders().add("location", "/other");
                response.getHeaders().add("www-authenticate", "Basic realm=\"x\"");
                response.getHeaders().add("set-cookie", "a=b");
            }
            callback.succeeded();
        })) {
            assertThat(get(transport.send(request(server.url("/401")))).status())
                    .isEqualTo(401);
            assertThat(get(transport.send(request(server.url("/302")))).status())
                    .isEqualTo(302);
        }
    }

    @Test
    void timeoutEndsAnExchangeWhoseBodyStalls() throws Exception {
        var ended = new CountDownLatch(1);
        try (var server = new RawServer(socket -> {
            RawServer.readHead(socket);
            RawServer.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
            awaitEnd(socket.getInputStream()::read);
            ended.countDown();
        })) {
            var failure = failure(transport.send(request(server.url("/"), Duration.ofMillis(300))));

            assertThat(failure.kind()).isEqualTo(Failure.Kind.TIMEOUT);
            assertThat(failure.maybeProcessed()).isTrue();
            assertThat(failure).hasMessageContaining("request timeout of 300 ms");
            assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(budget.used()).isZero();
        }
    }

    @Test
    void silentServerOutlivesTheIdleTimeoutOfConnections() throws Exception {
        var impatient = Exchanges.transport(settings(Duration.ofMillis(100)), budget);
        impatient.start();
        try (var server = new TestServer((request, response, callback) ->
                CompletableFuture.delayedExecutor(600, TimeUnit.MILLISECONDS).execute(callback::succeeded))) {
            assertThat(get(impatient.send(request(server.url("/")))).status()).isEqualTo(200);

            Awaitility.await().atMost(LONG).until(() -> server.closed.get() == 1);
        } finally {
            impatient.stop();
        }
    }

    @Test
    void refusedConnectionWasNotProcessed() throws Exception {
        var closed = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        closed.close();

        var failure = failure(transport.send(request("http://127.0.0.1:" + closed.getLocalPort() + "/?secret=hidden")));

        assertThat(failure.kind()).isEqualTo(Failure.Kind.CONNECTION);
        assertThat(failure.maybeProcessed()).isFalse();
        assertThat(failure)
                .hasMessageContaining("127.0.0.1:" + closed.getLocalPort())
                .hasMessageNotContaining("hidden");
    }

    @Test
    void unknownHostWasNotProcessed() {
        var failure = failure(transport.send(request("http://nowhere.invalid/")));

        assertThat(failure.kind()).isEqualTo(Failure.Kind.DNS);
        assertThat(failure.maybeProcessed()).isFalse();
        assertThat(failure).hasMessageContaining("nowhere.invalid");
    }

    @Test
    void requestThatWaitedForAConnectionWasNotProcessed() throws Exception {
        var one = Exchanges.transport(
                new TransportSettings(10, LONG, MAX_SIZE, 1, Duration.ofSeconds(30), Duration.ofMinutes(10)), budget);
        one.start();
        try (var server = new TestServer((request, response, callback) -> {})) {
            var first = one.send(request(server.url("/")));

            var failure = failure(one.send(request(server.url("/"), Duration.ofMillis(200))));

            assertThat(failure.kind()).isEqualTo(Failure.Kind.TIMEOUT);
            assertThat(failure.maybeProcessed()).isFalse();
            first.abort();
        } finally {
            one.stop();
        }
    }

    @Test
    void connectionClosedBeforeTheAnswerMayHaveBeenProcessed() throws Exception {
        try (var server = new RawServer(socket -> {
            RawServer.readHead(socket);
            socket.close();
        })) {
            var failure = failure(transport.send(request(server.url("/"))));

            assertThat(failure.kind()).isEqualTo(Failure.Kind.CONNECTION);
            assertThat(failure.maybeProcessed()).isTrue();
        }
    }

    @Test
    void garbageIsAProtocolFailure() throws Exception {
        try (var server = new RawServer(socket -> {
            RawServer.readHead(socket);
            RawServer.write(socket, "nonsense from a server that talks something else\r\n\r\n");
        })) {
            var failure = failure(transport.send(request(server.url("/"))));

            assertThat(failure.kind()).isEqualTo(Failure.Kind.PROTOCOL);
            assertThat(failure).hasMessageNotContaining("nonsense");
        }
    }

    @Test
    void plainServerBehindHttpsIsATlsFailure() throws Exception {
        try (var server = new RawServer(socket -> RawServer.write(socket, "HTTP/1.1 400 Bad Request\r\n\r\n"))) {
            var failure = failure(transport.send(request("https://127.0.0.1:" + server.port() + "/")));

            assertThat(failure.kind()).isEqualTo(Failure.Kind.TLS);
            assertThat(failure.maybeProcessed()).isFalse();
        }
    }

    @Test
    void tlsHandshakeThatStallsIsAConnectTimeout() throws Exception {
        var impatient = Exchanges.transport(
                new TransportSettings(
                        10, Duration.ofMillis(300), MAX_SIZE, 10, Duration.ofMinutes(1), Duration.ofMinutes(10)),
                budget);
        impatient.start();
        try (var server = new RawServer(socket -> awaitEnd(socket.getInputStream()::read))) {
            var failure = failure(impatient.send(request("https://127.0.0.1:" + server.port() + "/")));

            assertThat(failure.kind()).isEqualTo(Failure.Kind.CONNECT_TIMEOUT);
            assertThat(failure.maybeProcessed()).isFalse();
            assertThat(failure).hasMessageContaining("connect timeout of 300 ms");
        } finally {
            impatient.stop();
        }
    }

    @Test
    void connectionsToAPeerOfUnknownProtocolAreOpenedAFewAtATime() throws Exception {
        var impatient = Exchanges.transport(
                new TransportSettings(
                        100, Duration.ofMillis(500), MAX_SIZE, 100, Duration.ofMinutes(1), Duration.ofMinutes(10)),
                budget);
        impatient.start();
        var accepted = new AtomicInteger();
        try (var server = new RawServer(socket -> {
            accepted.incrementAndGet();
            awaitEnd(socket.getInputStream()::read);
        })) {
            var exchanges = new ArrayList<Exchange>();
            for (var i = 0; i < 50; i++) {
                exchanges.add(impatient.send(request("https://127.0.0.1:" + server.port() + "/")));
            }

            for (var exchange : exchanges) {
                assertThat(failure(exchange).kind()).isEqualTo(Failure.Kind.CONNECT_TIMEOUT);
            }
            assertThat(accepted).satisfies(count -> assertThat(count.get()).isBetween(1, 8));
        } finally {
            impatient.stop();
        }
    }

    @Test
    void abortClosesTheExchangeOnTheWire() throws Exception {
        var arrived = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        try (var server = new RawServer(socket -> {
            RawServer.readHead(socket);
            arrived.countDown();
            awaitEnd(socket.getInputStream()::read);
            ended.countDown();
        })) {
            var exchange = transport.send(request(server.url("/")));
            assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();

            exchange.abort();

            assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(failure(exchange).kind()).isEqualTo(Failure.Kind.CONNECTION);
        }
    }

    @Test
    void connectionIsUsedAgain() throws Exception {
        try (var server = new TestServer((request, response, callback) -> callback.succeeded())) {
            for (var i = 0; i < 20; i++) {
                get(transport.send(request(server.url("/"))));
            }

            assertThat(server.opened).hasValue(1);
        }
    }

    @Test
    void oldConnectionIsReplaced() throws Exception {
        var ageing = Exchanges.transport(
                new TransportSettings(10, LONG, MAX_SIZE, 10, Duration.ofSeconds(30), Duration.ofNanos(1)), budget);
        ageing.start();
        try (var server = new TestServer((request, response, callback) ->
                CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS).execute(callback::succeeded))) {
            get(ageing.send(request(server.url("/"))));
            get(ageing.send(request(server.url("/"))));

            assertThat(server.opened).hasValueGreaterThanOrEqualTo(2);
            Awaitility.await().atMost(LONG).until(() -> server.closed.get() >= 1);
        } finally {
            ageing.stop();
        }
    }

    @Test
    void stopFailsWhatIsInFlightAndStartWorksAgain() throws Exception {
        var arrived = new CountDownLatch(1);
        try (var server = new TestServer((request, response, callback) -> {
            if (request.getHttpURI().getPath().equals("/wait")) {
                arrived.countDown();
            } else {
                callback.succeeded();
            }
        })) {
            var exchange = transport.send(request(server.url("/wait")));
            assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();

            transport.stop();

            assertThat(failure(exchange).kind()).isEqualTo(Failure.Kind.CONNECTION);
            var refused = failure(transport.send(request(server.url("/"))));
            assertThat(refused.kind()).isEqualTo(Failure.Kind.CONNECTION);
            assertThat(refused.maybeProcessed()).isFalse();

            transport.start();
            assertThat(get(transport.send(request(server.url("/")))).status()).isEqualTo(200);
        }
    }

    @Test
    void twoThousandRequestsToOneSlowOriginAreInFlightOnFewThreads() throws Exception {
        var wide = Exchanges.transport(
                new TransportSettings(2_000, LONG, MAX_SIZE, 2_000, Duration.ofSeconds(30), Duration.ofMinutes(10)),
                budget);
        wide.start();
        var arrived = new CountDownLatch(2_000);
        var go = new CompletableFuture<Void>();
        try (var server = new TestServer((request, response, callback) -> {
            arrived.countDown();
            go.thenRun(callback::succeeded);
        })) {
            var exchanges = new ArrayList<Exchange>();
            for (var i = 0; i < 2_000; i++) {
                exchanges.add(wide.send(request(server.url("/"), Duration.ofSeconds(30))));
            }

            assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(clientThreads()).isBetween(1L, 30L);

            go.complete(null);
            for (var exchange : exchanges) {
                assertThat(get(exchange).status()).isEqualTo(200);
            }
        } finally {
            wide.stop();
        }
    }

    private static long clientThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("patient-http-client"))
                .count();
    }
}
