package io.patienthttp.internal.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.Failure;
import io.patienthttp.HttpFailure;
import io.patienthttp.Method;
import io.patienthttp.Outcome;
import io.patienthttp.RedirectFailure;
import io.patienthttp.RejectedFailure;
import io.patienthttp.Response;
import io.patienthttp.Secret;
import io.patienthttp.TransportFailure;
import io.patienthttp.internal.wire.Opened.Json;
import io.patienthttp.payload.AesGcmCipher;
import io.patienthttp.payload.AesGcmCipher.Key;
import io.patienthttp.payload.FilePayloadStore;
import io.patienthttp.spi.RequestStore.StoredRequest;
import io.patienthttp.spi.RequestStore.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What an earlier version stored is read by this one. The files in {@code version-1} are as that version wrote them: they
 * are never changed, and a form that is written differently gets files of its own beside them.
 */
class GoldenFilesTest {

    private static final UUID INSTALLATION = UUID.fromString("0199c2a4-5f00-7a3e-8c11-9d5b1e6f7a20");
    private static final UUID ID = UUID.fromString("0199c2a4-6e10-7b4f-9d22-ae6c2f708b31");
    private static final Path FILES = files();
    private static final Envelope ENVELOPE = new Envelope(
            AesGcmCipher.of(List.of(Key.of("golden", new byte[32]))),
            true,
            new PayloadStores(List.of(new FilePayloadStore(FILES.resolve("payloads")))),
            () -> INSTALLATION,
            64,
            Set.of());

    @ParameterizedTest
    @EnumSource
    void aSealedValueIsRead(Column column) {
        var name = name(column);

        var opened = ENVELOPE.open(ID, column, new Value(file(name + ".sealed"), null));

        assertThat(((Json) opened).bytes()).asString(UTF_8).isEqualTo(file(name + ".json"));
    }

    @ParameterizedTest
    @EnumSource(names = {"REQUEST", "OUTCOME"})
    void anOffloadedValueIsRead(Column column) {
        for (var form : List.of("plain", "sealed")) {
            var reference = file(name(column) + "." + form + ".ref");

            var opened = ENVELOPE.open(ID, column, new Value("", reference));

            assertThat(((Json) opened).bytes()).asString(UTF_8).isEqualTo(file(name(column) + ".json"));
        }
    }

    @Test
    void aRequestIsRead() {
        var request = new RequestCodec()
                .read(new StoredRequest(
                        1,
                        "summary",
                        "POST",
                        "example.org",
                        file("callback_args.json"),
                        Value.of(file("request.json"))));

        assertThat(request.method()).isEqualTo(Method.POST);
        assertThat(request.url()).isEqualTo(URI.create("https://example.org/v1/items?page=2"));
        assertThat(request.headers()).containsEntry("content-type", "application/json");
        assertThat(request.secretHeaders())
                .isEqualTo(Map.of("authorization", Secret.named("openai").prefixed("Bearer ")));
        assertThat(request.secretParams()).isEqualTo(Map.of("key", Secret.named("maps")));
        assertThat(request.body().orElseThrow()).asString().isEqualTo("{\"text\":\"grüße\"}");
        assertThat(request.timeout()).contains(Duration.ofMillis(1500));
        assertThat(request.maxRedirects()).contains(2);
        assertThat(request.failOnErrorStatus()).contains(true);
        assertThat(request.preprocessors()).containsExactly("sign");
        assertThat(request.callbackArgs().toMap()).isEqualTo(Map.of("id", 42, "tags", List.of("a", "ü")));
    }

    @Test
    void eachOutcomeIsRead() {
        assertThat(outcome("outcome")).isInstanceOfSatisfying(Response.class, response -> {
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.bodyAsBytes()).asString().startsWith("grüße");
            assertThat(response.redirects()).containsExactly(URI.create("https://example.org/v1/moved"));
            assertThat(response.duration()).isEqualTo(Duration.ofMillis(250));
        });
        assertThat(outcome("http")).isInstanceOfSatisfying(HttpFailure.class, failure -> {
            assertThat(failure.kind()).isEqualTo(Failure.Kind.SERVER_ERROR);
            assertThat(failure.response().bodyAsBytes()).containsExactly(0, 1, 0xff);
        });
        assertThat(outcome("redirect"))
                .isInstanceOfSatisfying(RedirectFailure.class, failure -> assertThat(failure.kind())
                        .isEqualTo(Failure.Kind.REDIRECT_LOOP));
        assertThat(outcome("transport")).isInstanceOfSatisfying(TransportFailure.class, failure -> {
            assertThat(failure.kind()).isEqualTo(Failure.Kind.TIMEOUT);
            assertThat(failure.maybeProcessed()).isTrue();
        });
        assertThat(outcome("rejected")).isInstanceOfSatisfying(RejectedFailure.class, failure -> {
            assertThat(failure.kind()).isEqualTo(Failure.Kind.CANCELLED);
            assertThat(failure.url()).isEqualTo(URI.create("//example.org"));
        });
    }

    private static Outcome outcome(String name) {
        var row = new OutcomeCodec.Row(
                ID.toString(),
                1,
                new RequestCodec().readArgs(file("callback_args.json")),
                () -> new OutcomeCodec.Target(Method.POST, URI.create("//example.org")));
        return new OutcomeCodec().read(file(name + ".json").getBytes(UTF_8), row);
    }

    private static String name(Column column) {
        return column.name().toLowerCase(Locale.ROOT);
    }

    private static String file(String name) {
        try {
            return Files.readString(FILES.resolve(name)).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path files() {
        try {
            return Path.of(GoldenFilesTest.class.getResource("version-1").toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
