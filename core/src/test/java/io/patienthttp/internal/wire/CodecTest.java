package io.patienthttp.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.CallbackArgs;
import io.patienthttp.EgressPolicy;
import io.patienthttp.Failure;
import io.patienthttp.Headers;
import io.patienthttp.HttpFailure;
import io.patienthttp.Method;
import io.patienthttp.Outcome;
import io.patienthttp.OutcomeDetails;
import io.patienthttp.Progress;
import io.patienthttp.RedirectFailure;
import io.patienthttp.RejectedFailure;
import io.patienthttp.Request;
import io.patienthttp.Response;
import io.patienthttp.Secret;
import io.patienthttp.TransportFailure;
import io.patienthttp.spi.RequestStore.StoredRequest;
import io.patienthttp.spi.RequestStore.Value;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CodecTest {

    private static final URI URL = URI.create("https://example.org/a?b=c");

    private static final OutcomeDetails DETAILS = OutcomeDetails.builder("id", Method.PATCH, URL)
            .duration(Duration.ofNanos(1_234_567))
            .queueDuration(Duration.ofMillis(98))
            .attempt(2)
            .callbackArgs(CallbackArgs.of(Map.of("a", 1)))
            .build();

    private final RequestCodec requests = new RequestCodec();
    private final OutcomeCodec outcomes = new OutcomeCodec();

    @Test
    void aRequestComesBackAsItWas() {
        var request = Request.builder(Method.PUT, "https://example.org/path?a=1")
                .header("X-Trace", "abc")
                .header("Authorization", Secret.named("openai").prefixed("Bearer "))
                .param("b", "ü&=")
                .param("key", Secret.named("key"))
                .json(Map.of("text", "hello \0 ü"))
                .callback("callback")
                .callbackArgs(Map.of("id", 42, "deep", List.of(Map.of("x", true))))
                .timeout(Duration.ofMillis(1500))
                .firstByteTimeout(Duration.ofNanos(1))
                .idleTimeout(Duration.ofSeconds(7))
                .eventStream(Progress.EVENT)
                .egress(EgressPolicy.publicOnly().allow("10.0.0.0/8", "hooks.internal"))
                .maxRedirects(0)
                .failOnErrorStatus(true)
                .preprocessors("sign", "trace")
                .delay(Duration.ofSeconds(3))
                .build();

        var stored = requests.write(request);
        var read = requests.read(stored(stored, requests.write(request.callbackArgs())));

        assertThat(read.method()).isEqualTo(Method.PUT);
        assertThat(read.url()).isEqualTo(URI.create("https://example.org/path?a=1&b=%C3%BC%26%3D"));
        assertThat(read.headers())
                .isEqualTo(Map.of("x-trace", "abc", "content-type", "application/json", "accept", "text/event-stream"));
        assertThat(read.secretHeaders())
                .isEqualTo(Map.of("authorization", Secret.named("openai").prefixed("Bearer ")));
        assertThat(read.secretParams()).isEqualTo(Map.of("key", Secret.named("key")));
        assertThat(read.body().orElseThrow()).isEqualTo(request.body().orElseThrow());
        assertThat(read.callbackArgs()).isEqualTo(request.callbackArgs());
        assertThat(read.timeout()).contains(Duration.ofMillis(1500));
        assertThat(read.firstByteTimeout()).contains(Duration.ofMillis(1)); // rounded up
        assertThat(read.idleTimeout()).contains(Duration.ofSeconds(7));
        assertThat(read.progress()).isEqualTo(Progress.EVENT);
        assertThat(read.egress()).isEqualTo(request.egress());
        assertThat(read.maxRedirects()).contains(0);
        assertThat(read.failOnErrorStatus()).contains(true);
        assertThat(read.preprocessors()).containsExactly("sign", "trace");
        assertThat(read.delay()).isEqualTo(Duration.ofSeconds(3));
        assertThat(stored).as("no NUL, which PostgreSQL refuses").doesNotContain("\0");
    }

    @Test
    void aPlainRequestIsReadableInTheDatabase() {
        var request = Request.builder(Method.POST, "https://example.org/")
                .body("hello")
                .callback("callback")
                .build();

        assertThat(requests.write(request))
                .isEqualTo("{\"method\":\"POST\",\"url\":\"https://example.org/\",\"headers\":{},"
                        + "\"body\":{\"encoding\":\"text\",\"value\":\"hello\"}}");
        assertThat(requests.write(CallbackArgs.empty())).isNull();
    }

    static Stream<byte[]> bodies() {
        var random = new byte[10_000];
        new Random(1).nextBytes(random);
        return Stream.of(
                new byte[] {1},
                "text".getBytes(StandardCharsets.UTF_8),
                "x".repeat(4095).getBytes(StandardCharsets.UTF_8),
                "x".repeat(4096).getBytes(StandardCharsets.UTF_8),
                "ü\0".repeat(50_000).getBytes(StandardCharsets.UTF_8),
                new byte[] {(byte) 0xff, (byte) 0xfe},
                random);
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void everyBodyComesBackByteForByte(byte[] body) {
        var response = Response.builder(DETAILS, 200).body(body).build();

        var read = (Response) outcomes.read(outcomes.write(response), row());

        assertThat(read.bodyAsBytes()).isEqualTo(body);
    }

    @Test
    void aLargeTextIsCompressed() {
        var response = Response.builder(DETAILS, 200)
                .body("x".repeat(100_000).getBytes(StandardCharsets.UTF_8))
                .build();

        assertThat(outcomes.write(response)).asString().contains("gzipped").hasSizeLessThan(2_000);
    }

    static Stream<Outcome> outcomes() {
        var response = Response.builder(DETAILS, 503)
                .headers(Headers.of(Map.of("Set-Cookie", List.of("a", "b"))))
                .body("{}".getBytes(StandardCharsets.UTF_8))
                .redirects(List.of(URI.create("https://example.org/first")))
                .build();
        return Stream.of(
                response,
                HttpFailure.of(response),
                RedirectFailure.of(Failure.Kind.REDIRECT_LOOP, "loop", response),
                TransportFailure.of(DETAILS, Failure.Kind.TIMEOUT, "no answer within 1 s", true),
                RejectedFailure.of(DETAILS, Failure.Kind.PREPARATION, "no secret x", false));
    }

    @ParameterizedTest
    @MethodSource("outcomes")
    void everyOutcomeComesBackAsItWas(Outcome outcome) {
        var read = outcomes.read(outcomes.write(outcome), row());

        assertThat(read).usingRecursiveComparison().isEqualTo(outcome);
    }

    @Test
    void anOutcomeThatTheStoreMadeHasMethodAndUrlOfTheRequest() {
        var read = (RejectedFailure) outcomes.read(
                outcomes.writeRejected(Failure.Kind.CANCELLED, "cancelled", true)
                        .getBytes(StandardCharsets.UTF_8),
                row());

        assertThat(read.kind()).isEqualTo(Failure.Kind.CANCELLED);
        assertThat(read.method()).isEqualTo(Method.PATCH);
        assertThat(read.url()).isEqualTo(URL);
        assertThat(read.maybeProcessed()).isTrue();
    }

    private static OutcomeCodec.Row row() {
        return new OutcomeCodec.Row(
                "id", 2, CallbackArgs.of(Map.of("a", 1)), () -> new OutcomeCodec.Target(Method.PATCH, URL));
    }

    private static StoredRequest stored(String request, String args) {
        return new StoredRequest(RequestCodec.FORMAT, "callback", "PUT", "example.org", args, Value.of(request));
    }
}
