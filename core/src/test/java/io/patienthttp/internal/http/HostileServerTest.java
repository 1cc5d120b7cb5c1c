package io.patienthttp.internal.http;

import static io.patienthttp.internal.http.Exchanges.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.Failure;
import io.patienthttp.Protocol;
import io.patienthttp.spi.IncomingResponse;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever a server does, the request ends with what happened, in time, the connection is closed where it cannot be
 * used again, and the next request is served. The profile {@code hostile} repeats all of it.
 */
class HostileServerTest {

    private static final int RUNS = Integer.getInteger("hostile.runs", 1);
    private static final Duration SLACK = Duration.ofSeconds(8);

    private static final Certificates certificates = new Certificates();
    private static final ByteBudget budget = new ByteBudget(10_000_000);
    /** One of each for all cases: what a case leaves behind would meet the next one. */
    private static final JettyTransport negotiating = transport(Protocol.NEGOTIATE, Duration.ofSeconds(10));

    private static final JettyTransport http2 = transport(Protocol.HTTP2, Duration.ofSeconds(10));

    private static long serverThreads;
    private static long descriptors;
    private static long heap;

    private volatile boolean acting; // whether the next request gets the bad answer
    private volatile CountDownLatch closed = new CountDownLatch(1);

    @BeforeAll
    static void start() throws Exception {
        serverThreads = threads("raw-server");
        descriptors = descriptors();
        heap = heap();
        negotiating.start();
        http2.start();
    }

    /** Threads, sockets and heap are back where they were. */
    @AfterAll
    static void nothingIsLeft() {
        negotiating.stop();
        http2.stop();
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(threads("patient-http-client")).isZero();
            assertThat(threads("raw-server")).isLessThanOrEqualTo(serverThreads);
            assertThat(descriptors()).isLessThanOrEqualTo(descriptors + 5);
            assertThat(heap()).isLessThan(heap + (16 << 20));
        });
        assertThat(budget.used()).isZero();
    }

    static Stream<HostileCase<Socket>> http1Cases() {
        return IntStream.range(0, RUNS).boxed().flatMap(run -> HostileHttp1.cases().stream());
    }

    static Stream<HostileCase<HostileHttp2.Stream>> http2Cases() {
        return IntStream.range(0, RUNS).boxed().flatMap(run -> HostileHttp2.cases().stream());
    }

    @ParameterizedTest
    @MethodSource("http1Cases")
    void overHttp1(HostileCase<Socket> hostile) throws Exception {
        try (var server = new RawServer(http1Script(hostile))) {
            check(hostile, server, negotiating);
        }
    }

    @ParameterizedTest
    @MethodSource("http1Cases")
    void overHttp1AndTls(HostileCase<Socket> hostile) throws Exception {
        try (var server = new RawServer(certificates.server("good"), List.of("http/1.1"), http1Script(hostile))) {
            check(hostile, server, negotiating);
        }
    }

    @ParameterizedTest
    @MethodSource("http2Cases")
    void overHttp2(HostileCase<HostileHttp2.Stream> hostile) throws Exception {
        try (var server = new RawServer(http2Script(hostile))) {
            check(hostile, server, http2);
        }
    }

    @ParameterizedTest
    @MethodSource("http2Cases")
    void overHttp2AndTls(HostileCase<HostileHttp2.Stream> hostile) throws Exception {
        try (var server = new RawServer(certificates.server("good"), List.of("h2"), http2Script(hostile))) {
            check(hostile, server, negotiating);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"expired", "wrong", "lonely"})
    void certificateThatIsNotTrustedIsATlsFailure(String name) throws Exception {
        try (var bad = new RawServer(certificates.server(name), List.of(), this::http1Ok);
                var good = new RawServer(certificates.server("good"), List.of(), this::http1Ok)) {
            var failure = Exchanges.failure(negotiating.send(Exchanges.request(bad.url("/?secret"))));

            assertThat(failure.kind()).isEqualTo(Failure.Kind.TLS);
            assertThat(failure.maybeProcessed()).isFalse();
            assertThat(failure)
                    .hasMessageContaining("TLS handshake with 127.0.0.1:" + bad.port() + " failed: ")
                    .hasMessageNotContaining("secret");
            Awaitility.await().until(() -> bad.ended() == bad.accepted());
            served(negotiating, good);
        }
    }

    @Test
    void serverThatSpeaksTlsTooLateIsAConnectTimeout() throws Exception {
        var transport = transport(Protocol.NEGOTIATE, Duration.ofSeconds(1));
        transport.start();
        var late = new CountDownLatch(1);
        try (var server = new RawServer(certificates.server("good"), List.of(), socket -> {
                    await(late);
                    http1Ok(socket);
                });
                var good = new RawServer(this::http1Ok)) {
            var start = System.nanoTime();

            var failure = Exchanges.failure(transport.send(Exchanges.request(server.url("/"))));

            assertThat(failure.kind()).isEqualTo(Failure.Kind.CONNECT_TIMEOUT);
            assertThat(failure.maybeProcessed()).isFalse();
            assertThat(failure).hasMessageContaining("connect timeout of 1 s");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SLACK);
            served(transport, good);
        } finally {
            late.countDown();
            transport.stop();
        }
    }

    private void check(HostileCase<?> hostile, RawServer server, JettyTransport transport) throws Exception {
        served(transport, server); // so that the bad answer may come on a connection that was used before
        acting = true;
        var start = System.nanoTime();
        var exchange = transport.send(Exchanges.request(server.url("/?query"), hostile.timeout()));

        if (hostile.kind() == null) {
            var response = get(exchange);
            assertThat(response.status()).isEqualTo(hostile.status());
            assertThat(text(response)).isEqualTo(hostile.body());
        } else {
            var failure = Exchanges.failure(exchange);
            assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(hostile.kind());
            assertThat(failure).hasMessageContaining(hostile.message()).hasMessageNotContaining("query");
            assertThat(failure.maybeProcessed()).isTrue();
            assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
        }
        var limit = hostile.kind() == Failure.Kind.TIMEOUT ? hostile.timeout().plus(SLACK) : SLACK;
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(limit);
        exchange.release();
        acting = false;
        served(transport, server);
    }

    private RawServer.Script http1Script(HostileCase<Socket> hostile) {
        return socket -> {
            while (!RawServer.readHead(socket).isEmpty()) {
                if (!acting) {
                    RawServer.write(socket, HostileHttp1.OK + "Content-Length: 2\r\n\r\nok");
                    continue;
                }
                acting = false;
                act(hostile, socket);
                if (hostile.kind() != null) {
                    Exchanges.awaitEnd(() -> socket.getInputStream().read());
                    closed.countDown();
                }
            }
        };
    }

    private RawServer.Script http2Script(HostileCase<HostileHttp2.Stream> hostile) {
        return socket -> {
            var peer = new Http2Peer(socket, 0);
            while (true) {
                var stream = peer.nextRequest();
                if (!acting) {
                    peer.ok(stream);
                    continue;
                }
                acting = false;
                act(hostile, new HostileHttp2.Stream(socket, peer, stream));
                if (!hostile.endsItself()) {
                    peer.awaitEndOf(stream);
                }
                closed.countDown();
            }
        };
    }

    private static <P> void act(HostileCase<P> hostile, P peer) {
        try {
            hostile.act().run(peer);
        } catch (Exception e) {
            // the client closed the connection meanwhile
        }
    }

    private void http1Ok(Socket socket) throws IOException {
        while (!RawServer.readHead(socket).isEmpty()) {
            RawServer.write(socket, HostileHttp1.OK + "Content-Length: 2\r\n\r\nok");
        }
    }

    private static void served(JettyTransport transport, RawServer server) throws Exception {
        var exchange = transport.send(Exchanges.request(server.url("/next")));
        assertThat(text(get(exchange))).isEqualTo("ok");
        exchange.release();
    }

    private static String text(IncomingResponse response) {
        return new String(response.body(), StandardCharsets.ISO_8859_1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static JettyTransport transport(Protocol protocol, Duration connectTimeout) {
        var settings = new TransportSettings(
                500, connectTimeout, Exchanges.MAX_SIZE, 500, Duration.ofSeconds(30), Duration.ofMinutes(10));
        var wire = new Wire(protocol, null, 2);
        return new JettyTransport(settings, wire, budget, certificates.trust(), Exchanges.NETWORK);
    }

    private static long threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .count();
    }

    private static long descriptors() throws IOException {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        } catch (NoSuchFileException e) {
            return 0; // not Linux
        }
    }

    private static long heap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
