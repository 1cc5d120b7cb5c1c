package io.patienthttp.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.Failure;
import io.patienthttp.Method;
import io.patienthttp.spi.HttpTransport.Exchange;
import io.patienthttp.spi.HttpTransport.TransportException;
import io.patienthttp.spi.IncomingResponse;
import io.patienthttp.spi.OutgoingRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.eclipse.jetty.io.Content;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class JettyTransportTest {

    private static final long MAX_SIZE = 100_000;
    private static final Duration LONG = Duration.ofSeconds(10);

    private final ByteBudget budget = new ByteBudget(10_000_000);
    private final JettyTransport transport = new JettyTransport(settings(Duration.ofSeconds(30)), budget);

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

            var response =
                    get(transport.send(new OutgoingRequest("id", method, url, Map.of("x-sent", "value"), body, LONG)));

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
        var impatient = new JettyTransport(settings(Duration.ofMillis(100)), budget);
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
        var one = new JettyTransport(
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
    void announcedBodyThatIsTooLargeIsNotRead() throws Exception {
        try (var server = new RawServer(socket -> {
            RawServer.readHead(socket);
            RawServer.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: " + (MAX_SIZE + 1) + "\r\n\r\n");
            awaitEnd(socket.getInputStream()::read);
        })) {
            var failure = failure(transport.send(request(server.url("/"))));

            assertThat(failure.kind()).isEqualTo(Failure.Kind.RESPONSE_TOO_LARGE);
            assertThat(failure).hasMessageContaining("max-response-size, 100000 bytes");
            assertThat(failure.maybeProcessed()).isTrue();
        }
    }

    @Test
    void chunkedBodyThatIsTooLargeStopsAndGivesBackTheBudget() throws Exception {
        try (var server = new TestServer((request, response, callback) -> {
            try (var out = Content.Sink.asOutputStream(response)) {
                for (var i = 0; i < 1_000; i++) {
                    out.write(new byte[1_000]);
                    out.flush();
                }
            }
            callback.succeeded();
        })) {
            var failure = failure(transport.send(request(server.url("/"))));

            assertThat(failure.kind()).isEqualTo(Failure.Kind.RESPONSE_TOO_LARGE);
            assertThat(budget.used()).isZero();
        }
    }

    @Test
    void bodyOfExactlyTheLimitPasses() throws Exception {
        var bytes = new byte[(int) MAX_SIZE];
        new Random(1).nextBytes(bytes);
        try (var server = new TestServer(
                (request, response, callback) -> response.write(true, ByteBuffer.wrap(bytes), callback))) {
            var exchange = transport.send(request(server.url("/")));

            assertThat(get(exchange).body()).isEqualTo(bytes);
            assertThat(budget.used()).isEqualTo(MAX_SIZE);
            exchange.release();
            exchange.release();
            assertThat(budget.used()).isZero();
        }
    }

    @Test
    void headMayAnnounceABodyOfAnySize() throws Exception {
        try (var server = new RawServer(socket -> {
            RawServer.readHead(socket);
            RawServer.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\nContent-Encoding: gzip\r\n\r\n");
        })) {
            var url = URI.create(server.url("/"));

            var response = get(transport.send(new OutgoingRequest("id", Method.HEAD, url, Map.of(), null, LONG)));

            assertThat(response.headers().get("content-length")).contains("999999999");
            assertThat(response.headers().get("content-encoding")).contains("gzip");
            assertThat(response.body()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "X-GZIP", "deflate", "raw deflate"})
    void compressedBodyIsDecoded(String coding) throws Exception {
        var text = "Some text, again and again. ".repeat(1_000).getBytes(StandardCharsets.UTF_8);
        try (var server = compressed(coding.replace("raw ", ""), compress(coding, text))) {
            var response = get(transport.send(request(server.url("/"))));

            assertThat(response.body()).isEqualTo(text);
            assertThat(response.headers().names()).doesNotContain("content-encoding", "content-length");
        }
    }

    @Test
    void gzipOfSeveralMembersAndOptionalFieldsIsDecoded() throws Exception {
        var out = new ByteArrayOutputStream();
        var plain = compress("gzip", "first ".getBytes(StandardCharsets.UTF_8));
        // the flags FHCRC, FEXTRA, FNAME and FCOMMENT, and their fields
        out.write(plain, 0, 3);
        out.write(2 + 4 + 8 + 16);
        out.write(plain, 4, 6);
        out.write(new byte[] {3, 0, 'x', 'y', 'z'});
        out.write("name\0comment\0".getBytes(StandardCharsets.UTF_8));
        out.write(new byte[] {1, 2});
        out.write(plain, 10, plain.length - 10);
        out.write(compress("gzip", "second".getBytes(StandardCharsets.UTF_8)));
        try (var server = compressed("gzip", out.toByteArray())) {
            assertThat(get(transport.send(request(server.url("/")))).body())
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("first second");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate"})
    void bombIsStoppedAtTheSizeLimit(String coding) throws Exception {
        var bomb = compress(coding, new byte[50_000_000]);
        assertThat(bomb.length).isLessThan((int) MAX_SIZE);
        try (var server = compressed(coding, bomb)) {
            var failure = failure(transport.send(request(server.url("/"))));

            assertThat(failure.kind()).isEqualTo(Failure.Kind.RESPONSE_TOO_LARGE);
            assertThat(budget.used()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, -1, -20})
    void damagedGzipIsAProtocolFailure(int at) throws Exception {
        var bytes = compress("gzip", "some text".repeat(20).getBytes(StandardCharsets.UTF_8));
        if (at == -20) {
            bytes = java.util.Arrays.copyOf(bytes, bytes.length - 3);
        } else {
            bytes[at < 0 ? bytes.length - 6 : at == 5 ? 2 : 0] ^= 0x55;
        }
        try (var server = compressed("gzip", bytes)) {
            var failure = failure(transport.send(request(server.url("/"))));

            assertThat(failure.kind()).isEqualTo(Failure.Kind.PROTOCOL);
        }
    }

    @Test
    void otherCodingsAreLeftAsTheyAre() throws Exception {
        try (var server = compressed("br", new byte[] {1, 2, 3})) {
            var response = get(transport.send(request(server.url("/"), Map.of("accept-encoding", "br"))));

            assertThat(response.body()).containsExactly(1, 2, 3);
            assertThat(response.headers().get("content-encoding")).contains("br");
        }
    }

    @Test
    void exhaustedBudgetStopsReadingUntilThereIsRoom() throws Exception {
        var small = new ByteBudget(50_000);
        var holder = small.open();
        holder.tryAcquire(50_000);
        small.open().acquire(1, () -> {}); // the privilege is taken
        var strict = new JettyTransport(settings(Duration.ofSeconds(30)), small);
        strict.start();
        try (var server = new TestServer(
                (request, response, callback) -> response.write(true, ByteBuffer.wrap(new byte[40_000]), callback))) {
            var exchange = strict.send(request(server.url("/")));
            var after = strict.send(request(server.url("/"), Duration.ofMillis(500)));

            assertThat(failure(after).kind()).isEqualTo(Failure.Kind.TIMEOUT);
            assertThat(exchange.response().toCompletableFuture()).isNotDone();
            assertThat(small.used()).isEqualTo(50_001);

            holder.release();
            assertThat(get(exchange).body()).hasSize(40_000);
        } finally {
            strict.stop();
        }
    }

    @Test
    void hundredsOfBodiesGoThroughABudgetOfFew() throws Exception {
        var small = new ByteBudget(200_000);
        var strict = new JettyTransport(settings(Duration.ofSeconds(30)), small);
        strict.start();
        var body = compress("gzip", new byte[90_000]);
        try (var server = compressed("gzip", body)) {
            var done = new CountDownLatch(300);
            for (var i = 0; i < 300; i++) {
                var exchange = strict.send(request(server.url("/")));
                exchange.response().whenComplete((response, failure) -> {
                    exchange.release();
                    if (failure == null && response.body().length == 90_000) {
                        done.countDown();
                    }
                });
            }

            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(small.used()).isZero();
        } finally {
            strict.stop();
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
        var ageing = new JettyTransport(
                new TransportSettings(10, LONG, MAX_SIZE, 10, Duration.ofSeconds(30), Duration.ofNanos(1)), budget);
        ageing.start();
        try (var server = new TestServer((request, response, callback) ->
                CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS).execute(callback::succeeded))) {
            get(ageing.send(request(server.url("/"))));
            get(ageing.send(request(server.url("/"))));

            assertThat(server.opened).hasValue(2);
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
        var wide = new JettyTransport(
                new TransportSettings(2_000, LONG, MAX_SIZE, 2_000, Duration.ofSeconds(30), Duration.ofMinutes(10)),
                budget);
        wide.start();
        var arrived = new CountDownLatch(2_000);
        var go = new CompletableFuture<Void>();
        try (var server = new TestServer((request, response, callback) -> {
            arrived.countDown();
            go.thenRun(callback::succeeded);
        })) {
            var exchanges = new java.util.ArrayList<Exchange>();
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

    private static TransportSettings settings(Duration idle) {
        return new TransportSettings(500, Duration.ofSeconds(5), MAX_SIZE, 500, idle, Duration.ofMinutes(10));
    }

    private static OutgoingRequest request(String url) {
        return request(url, LONG);
    }

    private static OutgoingRequest request(String url, Duration timeout) {
        return new OutgoingRequest("id", Method.GET, URI.create(url), Map.of(), null, timeout);
    }

    private static OutgoingRequest request(String url, Map<String, String> headers) {
        return new OutgoingRequest("id", Method.GET, URI.create(url), headers, null, LONG);
    }

    private static TestServer compressed(String coding, byte[] body) throws Exception {
        return new TestServer((request, response, callback) -> {
            response.getHeaders().add("content-encoding", coding);
            response.write(true, ByteBuffer.wrap(body), callback);
        });
    }

    private static byte[] compress(String coding, byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (OutputStream compressing = coding.toLowerCase(Locale.ROOT).contains("gzip")
                ? new GZIPOutputStream(out)
                : new DeflaterOutputStream(out, new Deflater(Deflater.DEFAULT_COMPRESSION, coding.startsWith("raw")))) {
            compressing.write(bytes);
        }
        return out.toByteArray();
    }

    private interface Read {
        int next() throws IOException;
    }

    /** Reads until the peer is gone, whether it closed or reset. */
    private static void awaitEnd(Read read) {
        try {
            while (read.next() >= 0) {
                // whatever it sends
            }
        } catch (IOException e) {
            // gone as well
        }
    }

    private static IncomingResponse get(Exchange exchange) throws Exception {
        return exchange.response().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static TransportException failure(Exchange exchange) {
        try {
            var response = get(exchange);
            throw new AssertionError("was answered with status " + response.status());
        } catch (ExecutionException e) {
            return (TransportException) e.getCause();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
