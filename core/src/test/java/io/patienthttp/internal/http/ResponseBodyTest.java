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
import io.patienthttp.spi.Limits;
import io.patienthttp.spi.OutgoingRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.eclipse.jetty.io.Content;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseBodyTest {

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
            assertThat(budget.used()).as("as received, and as stored").isEqualTo(2 * MAX_SIZE);
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

            var response =
                    get(transport.send(new OutgoingRequest("id", Method.HEAD, url, Map.of(), null, Limits.of(LONG))));

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
        var strict = Exchanges.transport(settings(Duration.ofSeconds(30)), small);
        strict.start();
        try (var server = new TestServer(
                (request, response, callback) -> response.write(true, ByteBuffer.wrap(new byte[20_000]), callback))) {
            var exchange = strict.send(request(server.url("/")));
            var after = strict.send(request(server.url("/"), Duration.ofMillis(500)));

            assertThat(failure(after).kind()).isEqualTo(Failure.Kind.TIMEOUT);
            assertThat(exchange.response().toCompletableFuture()).isNotDone();
            assertThat(small.used()).isEqualTo(50_001);

            holder.release();
            assertThat(get(exchange).body()).hasSize(20_000);
        } finally {
            strict.stop();
        }
    }

    @Test
    void hundredsOfBodiesGoThroughABudgetOfFew() throws Exception {
        var small = new ByteBudget(400_000);
        var strict = Exchanges.transport(settings(Duration.ofSeconds(30)), small);
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
}
