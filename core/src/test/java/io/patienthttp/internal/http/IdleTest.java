package io.patienthttp.internal.http;

import static io.patienthttp.internal.http.Exchanges.LONG;
import static io.patienthttp.internal.http.Exchanges.awaitEnd;
import static io.patienthttp.internal.http.Exchanges.failure;
import static io.patienthttp.internal.http.Exchanges.get;
import static io.patienthttp.internal.http.Exchanges.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.EgressPolicy;
import io.patienthttp.Failure;
import io.patienthttp.Method;
import io.patienthttp.Progress;
import io.patienthttp.spi.Limits;
import io.patienthttp.spi.OutgoingRequest;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The waits for the server that are bounded besides the request timeout. How slow the server is, is what is tested. */
class IdleTest {

    private static final Duration SHORT = Duration.ofMillis(600);
    private static final String STREAM = HostileHttp1.OK + "Content-Type: text/event-stream\r\n\r\n";

    private final ByteBudget budget = new ByteBudget(50_000);
    private final JettyTransport transport = Exchanges.transport(settings(Duration.ofSeconds(30)), budget);
    private final CountDownLatch closed = new CountDownLatch(1);

    @BeforeEach
    void start() {
        transport.start();
    }

    @AfterEach
    void stop() {
        transport.stop();
    }

    private static OutgoingRequest request(RawServer server, Duration firstByte, Duration idle, Progress progress) {
        var limits = new Limits(LONG, firstByte, idle, progress, EgressPolicy.unrestricted());
        return new OutgoingRequest("id", Method.GET, URI.create(server.url("/")), Map.of(), null, limits);
    }

    interface Script {
        void run(Socket socket) throws Exception;
    }

    private RawServer server(Script script) throws IOException {
        return new RawServer(socket -> {
            RawServer.readHead(socket);
            try {
                script.run(socket);
            } catch (Exception e) {
                // the client closed
            }
            awaitEnd(() -> socket.getInputStream().read());
            closed.countDown();
        });
    }

    private static void repeat(Socket socket, String text, int times) throws Exception {
        for (var i = 0; i < times; i++) {
            Thread.sleep(200);
            RawServer.write(socket, text);
        }
    }

    private void assertTimeout(RawServer server, OutgoingRequest request, String message) throws Exception {
        var failure = failure(transport.send(request));

        assertThat(failure.kind()).isEqualTo(Failure.Kind.TIMEOUT);
        assertThat(failure.maybeProcessed()).isTrue();
        assertThat(failure).hasMessage(message);
        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(budget.used()).isZero();
    }

    @Test
    void silentServerIsGivenUpAfterTheFirstByteTimeout() throws Exception {
        try (var server = server(socket -> RawServer.write(socket, "HTTP/1.1 102 Processing\r\n\r\n"))) {
            assertTimeout(
                    server,
                    request(server, SHORT, null, Progress.BYTE),
                    "no answer began within the first-byte timeout of 600 ms");
        }
    }

    @Test
    void answerThatBeganMayTakeLongerThanTheFirstByteTimeout() throws Exception {
        try (var server = server(socket -> {
            RawServer.write(socket, HostileHttp1.OK + "Content-Length: 5\r\n\r\n");
            repeat(socket, "a", 5);
        })) {
            assertThat(get(transport.send(request(server, SHORT, null, Progress.BYTE)))
                            .body())
                    .hasSize(5);
        }
    }

    @Test
    void bodyThatStandsStillIsGivenUpAfterTheIdleTimeout() throws Exception {
        try (var server = server(socket -> RawServer.write(socket, HostileHttp1.OK + "Content-Length: 5\r\n\r\n1"))) {
            assertTimeout(
                    server,
                    request(server, null, SHORT, Progress.BYTE),
                    "the answer made no progress for the idle timeout of 600 ms");
        }
    }

    @Test
    void headThatStandsStillIsGivenUpAfterTheIdleTimeout() throws Exception {
        try (var server = server(socket -> RawServer.write(socket, HostileHttp1.OK + "A: "))) {
            assertTimeout(
                    server,
                    request(server, null, SHORT, Progress.BYTE),
                    "the answer made no progress for the idle timeout of 600 ms");
        }
    }

    @Test
    void bodyThatComesSlowlyOutlivesTheIdleTimeoutAndSoDoesALongWaitForTheHead() throws Exception {
        try (var server = server(socket -> {
            Thread.sleep(1_000);
            RawServer.write(socket, HostileHttp1.OK + "Content-Length: 6\r\n\r\n");
            repeat(socket, "a", 6);
        })) {
            assertThat(get(transport.send(request(server, null, SHORT, Progress.BYTE)))
                            .body())
                    .hasSize(6);
        }
    }

    @Test
    void waitForTheByteBudgetIsNoIdleness() throws Exception {
        try (var server = server(socket ->
                RawServer.write(socket, HostileHttp1.OK + "Content-Length: 90000\r\n\r\n" + "a".repeat(90_000)))) {
            var all = budget.open();
            all.acquire(50_000, () -> {});
            var privileged = budget.open();
            var granted = new CountDownLatch(1);
            privileged.acquire(1, granted::countDown);
            assertThat(granted.getCount()).isZero();
            var exchange = transport.send(request(server, null, SHORT, Progress.BYTE));

            Awaitility.await().during(Duration.ofMillis(1_200)).atMost(LONG).until(() -> !exchange.response()
                    .toCompletableFuture()
                    .isDone());
            privileged.release();
            all.release();

            assertThat(get(exchange).body()).hasSize(90_000);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Progress.class,
            names = {"EVENT", "EVENT_OR_COMMENT"})
    void streamGoesOnAsLongAsEventsCome(Progress progress) throws Exception {
        try (var server = server(socket -> {
            RawServer.write(socket, STREAM);
            repeat(socket, "id: 1\ndata: x\n\n", 6);
            socket.close();
        })) {
            assertThat(get(transport.send(request(server, null, SHORT, progress)))
                            .body())
                    .hasSize(6 * 15);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Progress.class,
            names = {"EVENT", "EVENT_OR_COMMENT"})
    void streamIsGivenUpIfBytesComeButNoEvents(Progress progress) throws Exception {
        try (var server = server(socket -> {
            RawServer.write(socket, STREAM);
            repeat(socket, "id: 1\n\ndata", 50);
        })) {
            assertTimeout(
                    server,
                    request(server, null, SHORT, progress),
                    "the answer made no progress for the idle timeout of 600 ms");
        }
    }

    @Test
    void commentsCountIfTheyAreToldTo() throws Exception {
        try (var server = server(socket -> {
            RawServer.write(socket, STREAM);
            repeat(socket, ": still here\r\n", 6);
            socket.close();
        })) {
            assertThat(get(transport.send(request(server, null, SHORT, Progress.EVENT_OR_COMMENT)))
                            .body())
                    .hasSize(6 * 14);
        }
    }

    @Test
    void commentsDoNotCountIfTheyAreNotTo() throws Exception {
        try (var server = server(socket -> {
            RawServer.write(socket, STREAM);
            repeat(socket, ": still here\r\n", 50);
        })) {
            assertTimeout(
                    server,
                    request(server, null, SHORT, Progress.EVENT),
                    "the answer made no progress for the idle timeout of 600 ms");
        }
    }

    @Test
    void streamThatIsTooLargeIsStopped() throws Exception {
        try (var server = server(socket -> {
            RawServer.write(socket, STREAM);
            while (true) {
                RawServer.write(socket, "data: x\n\n".repeat(1_000));
            }
        })) {
            var large = Exchanges.transport(settings(Duration.ofSeconds(30)), new ByteBudget(1_000_000));
            large.start();
            try {
                assertThat(failure(large.send(request(server, null, SHORT, Progress.EVENT)))
                                .kind())
                        .isEqualTo(Failure.Kind.RESPONSE_TOO_LARGE);
                assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
            } finally {
                large.stop();
            }
        }
    }
}
