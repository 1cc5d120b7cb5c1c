package io.patienthttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;

class ResponseTest {

    private static final OutcomeDetails DETAILS = OutcomeDetails.builder(
                    "id", Method.GET, URI.create("https://example.org/a?token=hush"))
            .duration(Duration.ofMillis(5))
            .queueDuration(Duration.ofMillis(7))
            .attempt(2)
            .callbackArgs(CallbackArgs.of(Map.of("a", 1)))
            .build();

    record Item(String name, int count) {}

    private static Response json(String contentType, byte[] body) {
        return Response.builder(DETAILS, 200)
                .headers(Headers.of(Map.of("Content-Type", List.of(contentType))))
                .body(body)
                .build();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void itTellsWhatIsKnownOfTheAttempt() {
        var response = Response.builder(DETAILS, 200)
                .redirects(List.of(URI.create("https://example.org/first")))
                .build();

        assertThat(response.requestId()).isEqualTo("id");
        assertThat(response.method()).isEqualTo(Method.GET);
        assertThat(response.url()).hasToString("https://example.org/a?token=hush");
        assertThat(response.duration()).hasMillis(5);
        assertThat(response.queueDuration()).hasMillis(7);
        assertThat(response.attempt()).isEqualTo(2);
        assertThat(response.callbackArgs().get("a")).isEqualTo(1);
        assertThat(response.redirects()).containsExactly(URI.create("https://example.org/first"));
    }

    @ParameterizedTest
    @CsvSource({
        "199,false,false,false,false", "200,true,false,false,false", "299,true,false,false,false",
        "300,false,true,false,false", "399,false,true,false,false", "400,false,false,true,false",
        "499,false,false,true,false", "500,false,false,false,true", "599,false,false,false,true",
        "600,false,false,false,false"
    })
    void aStatusIsOfOneClass(int status, boolean success, boolean redirect, boolean client, boolean server) {
        var response = Response.builder(DETAILS, status).build();

        assertThat(response.isSuccess()).isEqualTo(success);
        assertThat(response.isRedirect()).isEqualTo(redirect);
        assertThat(response.isClientError()).isEqualTo(client);
        assertThat(response.isServerError()).isEqualTo(server);
        assertThat(response.isError()).isEqualTo(client || server);
    }

    @Test
    void headersKeepRepeatedValuesAndIgnoreCase() {
        var arrived = new LinkedHashMap<String, List<String>>();
        arrived.put("Set-Cookie", List.of("a=1"));
        arrived.put("ETag", List.of("x"));
        arrived.put("set-cookie", List.of("b=2"));

        var headers = Headers.of(arrived);

        assertThat(headers.get("SET-COOKIE")).contains("a=1");
        assertThat(headers.getAll("Set-Cookie")).containsExactly("a=1", "b=2");
        assertThat(headers.names()).containsExactly("set-cookie", "etag");
        assertThat(headers.get("absent")).isEmpty();
        assertThat(headers.getAll("absent")).isEmpty();
        assertThat(headers).hasToString("Headers[set-cookie, etag]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/plain; charset=ISO-8859-1|ISO-8859-1",
                "text/plain;CHARSET=\"utf-16be\"|UTF-16BE",
                "text/plain; a=b; charset = windows-1252|windows-1252",
                "text/plain|UTF-8",
                "text/plain; charset=no-such-charset|UTF-8",
                "text/plain; charset=\"\"|UTF-8",
                "application/json|UTF-8"
            })
    void textIsDecodedByItsCharset(String contentType, String charset) throws Exception {
        assertThat(json(contentType, "grün".getBytes(charset)).bodyAsText()).isEqualTo("grün");
    }

    @Test
    void bytesThatDoNotDecodeAreKeptAndTextShowsReplacements() {
        var response = json("text/plain; charset=utf-8", new byte[] {'a', (byte) 0xff});

        assertThat(response.bodyAsText()).isEqualTo("a\ufffd");
        assertThat(response.bodyAsBytes()).containsExactly('a', 0xff);
    }

    @Test
    void bytesCannotBeChangedFromOutside() {
        var given = utf8("abc");
        var response = json("text/plain", given);
        given[0] = 'x';
        response.bodyAsBytes()[1] = 'x';

        assertThat(response.bodyAsText()).isEqualTo("abc");
        assertThat(response.bodySize()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "Application/JSON; charset=utf-8",
                "application/problem+json",
                "application/vnd.api+json",
                "text/json"
            })
    void jsonIsReadIntoAnyType(String contentType) {
        var response = json(contentType, utf8("[{\"name\":\"grün\",\"count\":3,\"new\":true}]"));

        assertThat(response.isJson()).isTrue();
        assertThat(response.json(Item[].class)).containsExactly(new Item("grün", 3));
        assertThat(response.json(new TypeReference<List<Item>>() {})).containsExactly(new Item("grün", 3));
        assertThat(response.json(JsonNode.class).get(0).get("new").asBoolean()).isTrue();
    }

    @Test
    void jsonIsReadByItsCharset() {
        var body = "{\"name\":\"grün\",\"count\":1}";

        assertThat(json("application/json", utf8("\ufeff" + body)).json(Item.class))
                .as("a byte order mark is ignored (RFC 8259, section 8.1)")
                .isEqualTo(new Item("grün", 1));
        assertThat(json("application/json; charset=iso-8859-1", body.getBytes(StandardCharsets.ISO_8859_1))
                        .json(Item.class))
                .isEqualTo(new Item("grün", 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html", "application/jsonp", "application/xml"})
    void jsonOfAnotherContentTypeIsRefused(String contentType) {
        var response = json(contentType, utf8("{}"));

        assertThat(response.isJson()).isFalse();
        assertThatThrownBy(() -> response.json(Map.class))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the response of request id is not JSON, its content type is " + contentType);
    }

    @Test
    void brokenJsonIsTheParsersError() {
        assertThatThrownBy(() -> json("application/json", utf8("{")).json(Map.class))
                .isInstanceOf(JacksonException.class);
    }

    @Test
    void itShowsNoQueryHeaderOrBody() {
        assertThat(json("text/plain", utf8("hush"))).hasToString("Response[id GET https://example.org/a -> 200]");
    }
}
