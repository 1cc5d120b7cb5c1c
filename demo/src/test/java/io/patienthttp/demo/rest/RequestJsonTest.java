package io.patienthttp.demo.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.patienthttp.Method;
import io.patienthttp.Request;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestJsonTest {

    private static Request parse(String json) {
        return RequestJson.parse(JsonBody.MAPPER.readTree(json));
    }

    @Test
    void allFieldsArriveInTheRequest() {
        var request = parse("""
                {"method": "post", "url": "http://localhost/a", "headers": {"X-A": "1"}, "params": {"q": "a b"},
                 "json": {"n": 1}, "timeout": "30s", "maxRedirects": 3, "raiseErrorResponses": true,
                 "callbackArgs": {"id": 42, "tags": ["a", null]}}
                """);

        assertThat(request.method()).isEqualTo(Method.POST);
        assertThat(request.url()).hasToString("http://localhost/a?q=a+b");
        assertThat(request.headers()).containsEntry("x-a", "1").containsEntry("content-type", "application/json");
        assertThat(request.body()).hasValueSatisfying(body -> assertThat(new String(body, StandardCharsets.UTF_8))
                .isEqualTo("{\"n\":1}"));
        assertThat(request.timeout()).hasValue(Duration.ofSeconds(30));
        assertThat(request.maxRedirects()).hasValue(3);
        assertThat(request.failOnErrorStatus()).hasValue(true);
        assertThat(request.callbackArgs().get("id")).isEqualTo(42);
    }

    @Test
    void onlyTheUrlIsRequired() {
        var request = parse("{\"url\": \"http://localhost/\", \"body\": null}");

        assertThat(request.method()).isEqualTo(Method.GET);
        assertThat(request.body()).isEmpty();
        assertThat(request.callbackArgs().toMap()).isEqualTo(Map.of());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "url|{}",
                "url|{\"url\": null}",
                "url|{\"url\": 1}",
                "url|{\"url\": \"\"}",
                "url|{\"url\": \"localhost/a\"}",
                "url|{\"url\": \"ftp://localhost/a\"}",
                "url|{\"url\": \"http:///a\"}",
                "url|{\"url\": \"http://user:password@localhost/\"}",
                "url|{\"url\": \"http://localhost/ a\"}",
                "method|{\"url\": \"http://localhost/\", \"method\": \"FETCH\"}",
                "method|{\"url\": \"http://localhost/\", \"method\": 1}",
                "headers|{\"url\": \"http://localhost/\", \"headers\": []}",
                "headers|{\"url\": \"http://localhost/\", \"headers\": {\"a\": 1}}",
                "headers|{\"url\": \"http://localhost/\", \"headers\": {\"a b\": \"1\"}}",
                "headers|{\"url\": \"http://localhost/\", \"headers\": {\"a\": \"1\\r\\nb: 2\"}}",
                "params|{\"url\": \"http://localhost/\", \"params\": \"a=1\"}",
                "params|{\"url\": \"http://localhost/\", \"params\": {\"a\": true}}",
                "params|{\"url\": \"http://localhost/\", \"params\": {\" \": \"1\"}}",
                "body|{\"url\": \"http://localhost/\", \"method\": \"POST\", \"body\": {}}",
                "body|{\"url\": \"http://localhost/\", \"body\": \"a\"}",
                "json|{\"url\": \"http://localhost/\", \"json\": {}}",
                "json|{\"url\": \"http://localhost/\", \"method\": \"POST\", \"json\": {}, \"body\": \"a\"}",
                "timeout|{\"url\": \"http://localhost/\", \"timeout\": 30}",
                "timeout|{\"url\": \"http://localhost/\", \"timeout\": \"soon\"}",
                "timeout|{\"url\": \"http://localhost/\", \"timeout\": \"0s\"}",
                "timeout|{\"url\": \"http://localhost/\", \"timeout\": \"-1s\"}",
                "maxRedirects|{\"url\": \"http://localhost/\", \"maxRedirects\": \"5\"}",
                "maxRedirects|{\"url\": \"http://localhost/\", \"maxRedirects\": 1.5}",
                "maxRedirects|{\"url\": \"http://localhost/\", \"maxRedirects\": -1}",
                "maxRedirects|{\"url\": \"http://localhost/\", \"maxRedirects\": 99999999999}",
                "raiseErrorResponses|{\"url\": \"http://localhost/\", \"raiseErrorResponses\": \"true\"}",
                "callbackArgs|{\"url\": \"http://localhost/\", \"callbackArgs\": [1]}",
                "callbackArgs|{\"url\": \"http://localhost/\", \"callbackArgs\": {\"n\": 1e999}}",
                "colour|{\"url\": \"http://localhost/\", \"colour\": \"red\"}",
            })
    void badFieldIsNamed(String field, String json) {
        assertThatExceptionOfType(BadFieldException.class)
                .isThrownBy(() -> parse(json))
                .satisfies(e -> assertThat(e.field()).isEqualTo(field));
    }

    @Test
    void whatIsNoObjectIsRefused() {
        assertThatExceptionOfType(BadFieldException.class)
                .isThrownBy(() -> parse("\"http://localhost/\""))
                .withMessageContaining("object");
    }
}
