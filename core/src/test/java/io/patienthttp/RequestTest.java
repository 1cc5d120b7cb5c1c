package io.patienthttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request takes and refuses at the call (parity 1 to 11). */
class RequestTest {

    private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    private static Request.Builder post() {
        return Request.builder(Method.POST, "https://example.org/a");
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }

    @ParameterizedTest
    @EnumSource
    void aMethodIsFoundByItsNameInAnyCase(Method method) {
        assertThat(Method.parse(method.name().toLowerCase(java.util.Locale.ROOT)))
                .isEqualTo(method);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "CONNECT", "", "get "})
    void anotherMethodIsRefused(String name) {
        refused(
                () -> Method.parse(name),
                "method must be one of [GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS], was \"" + name + "\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/path|url must be an absolute http or https URL, was \"/path\"",
                "example.org|url must be an absolute http or https URL",
                "ftp://example.org/|url must be an absolute http or https URL",
                "mailto:a@b|url must be an absolute http or https URL",
                "http:///path|url must name a host",
                "http:/path|url must name a host",
                "http://h:0/|url must have a port between 1 and 65535, was 0",
                "http://h:65536/|url must have a port between 1 and 65535, was 65536",
                "http://h h/|url must be a valid URL",
                "'http://h/a b'|url must be a valid URL",
                "''|url must be an absolute http or https URL"
            })
    void aUrlThatIsNotAbsoluteHttpIsRefused(String url, String message) {
        refused(() -> Request.builder(Method.GET, url), message);
    }

    @Test
    void aRefusedUrlShowsNeitherUserInfoNorQuery() {
        assertThatThrownBy(() -> Request.builder(Method.GET, "https://me:hush@example.org/a?key=hush"))
                .hasMessageContaining("url must not contain user info")
                .satisfies(e -> assertThat(e.toString()).doesNotContain("hush"));
        assertThatThrownBy(() -> Request.builder(Method.GET, "https://example.org/a?key=hush hush"))
                .satisfies(e -> assertThat(e.toString()).doesNotContain("hush"));
    }

    @Test
    void aBodyIsTextOrBytesOnce() {
        assertThat(post().body("grün").build().body().orElseThrow()).asString().isEqualTo("grün");
        assertThat(post().body("").build().body()).isEmpty();
        assertThat(post().body(new byte[0]).build().body()).isEmpty();
        refused(() -> post().body("a").json(1), "body is set already");
        refused(() -> post().json(1).body("a"), "body is set already");
    }

    @ParameterizedTest
    @EnumSource
    void aBodyIsRefusedOnGetAndHeadOnly(Method method) {
        var request = Request.builder(method, "https://example.org/");
        if (method == Method.GET || method == Method.HEAD) {
            refused(() -> request.body("a"), "body is not allowed for " + method);
            refused(() -> request.json(1), "body is not allowed for " + method);
        } else {
            assertThat(request.body("a").build().body()).isPresent();
        }
    }

    @Test
    void jsonSetsItsContentTypeUnlessThereIsOne() {
        record Item(String name) {}

        var request = post().json(new Item("x")).build();
        assertThat(request.body().orElseThrow()).asString().isEqualTo("{\"name\":\"x\"}");
        assertThat(request.headers()).isEqualTo(Map.of("content-type", "application/json"));
        assertThat(post().header("Content-Type", "application/x+json")
                        .json(1)
                        .build()
                        .headers())
                .isEqualTo(Map.of("content-type", "application/x+json"));
        assertThat(post().json(null).build().body().orElseThrow()).asString().isEqualTo("null");
    }

    @Test
    void parametersAreAppendedToTheQuery() {
        var url = Request.builder(Method.GET, "https://example.org/a?a=1#fragment")
                .param("b", "ü &=+")
                .params(Map.of())
                .param("key", Secret.named("key"))
                .build()
                .url();

        assertThat(url).hasToString("https://example.org/a?a=1&b=%C3%BC+%26%3D%2B");
        assertThat(Request.builder(Method.GET, "https://example.org/a").build().url())
                .hasToString("https://example.org/a");
        refused(() -> post().param(" ", "a"), "parameter name must not be blank");
        refused(() -> post().param("a", "\ud800"), "parameter a must not contain an unpaired surrogate, at index 0");
    }

    @Test
    void theLastValueOfAParameterOrHeaderWinsLiteralOrSecret() {
        var secret = Secret.named("key");
        var request = post().header("A", "1")
                .header("a", secret)
                .param("p", "1")
                .param("p", secret)
                .build();
        assertThat(request.headers()).isEmpty();
        assertThat(request.secretHeaders()).isEqualTo(Map.of("a", secret));
        assertThat(request.url().getQuery()).isNull();
        assertThat(request.secretParams()).isEqualTo(Map.of("p", secret));

        var literal = post().header("a", secret)
                .header("A", "2")
                .param("p", secret)
                .param("p", "2")
                .build();
        assertThat(literal.headers()).isEqualTo(Map.of("a", "2"));
        assertThat(literal.secretHeaders()).isEmpty();
        assertThat(literal.url().getQuery()).isEqualTo("p=2");
        assertThat(literal.secretParams()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a:", "ä", "a\n", "(a)"})
    void aHeaderNameThatIsNoTokenIsRefused(String name) {
        refused(() -> post().header(name, "v"), "header name must be a token");
        refused(() -> post().header(name, Secret.named("s")), "header name must be a token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hush\r\nx: y", "hush\n", "hush\0"})
    void aHeaderValueWithALineBreakOrNulIsRefusedAndNotShown(String value) {
        assertThatThrownBy(() -> post().header("A", value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("header a must not contain CR, LF or NUL")
                .hasMessageNotContaining("hush");
        refused(() -> Secret.named("s").prefixed(value), "prefix of secret s must not contain CR, LF or NUL");
    }

    @Test
    void aHeaderValueThatCannotBeSentIsRefused() {
        assertThat(post().header("a", "grün\t").build().headers()).containsEntry("a", "grün\t");
        refused(() -> post().header("a", "5 €"), "header a must not contain characters beyond ISO-8859-1, at index 2");
    }

    @Test
    void optionsAreRefusedOutOfBounds() {
        refused(() -> post().maxRedirects(-1), "maxRedirects must be between 0 and 100, was -1");
        refused(() -> post().maxRedirects(101), "maxRedirects must be between 0 and 100, was 101");
        refused(() -> post().priority(4), "priority must be between 0 and 3, was 4");
        refused(() -> post().preprocessors("a", " "), "preprocessor must not be blank");
        refused(() -> post().callback(" "), "callback must not be blank");
        refused(() -> post().concurrencyKey("x".repeat(201)), "concurrencyKey must have at most 200 characters");
        refused(() -> Secret.named(" "), "secret name must not be blank");
    }

    @Test
    void durationsAreBoundedSoThatNothingOverflows() {
        var day = Duration.ofDays(1);
        var longest = Request.LONGEST_WAIT;
        var request = post().timeout(day)
                .firstByteTimeout(day)
                .idleTimeout(day)
                .delay(longest)
                .build();

        assertThat(request.timeout()).contains(day);
        assertThat(request.delay()).isEqualTo(longest);
        for (var refused : List.of(Duration.ZERO, Duration.ofNanos(-1), day.plusNanos(1), FOREVER)) {
            var message = " must be positive and at most PT24H, was " + refused;
            refused(() -> post().timeout(refused), "timeout" + message);
            refused(() -> post().firstByteTimeout(refused), "firstByteTimeout" + message);
            refused(() -> post().idleTimeout(refused), "idleTimeout" + message);
        }
        for (var refused : List.of(Duration.ofMillis(-1), longest.plusNanos(1), FOREVER)) {
            refused(() -> post().delay(refused), "delay must be between PT0S and PT8760H, was " + refused);
        }
    }

    @Test
    void itExpiresAfterItIsDue() {
        var hour = Duration.ofHours(1);
        assertThat(post().build().expiresAfter()).isEmpty();
        assertThat(post().expiresAfter(Request.LONGEST_WAIT).build().expiresAfter())
                .contains(Request.LONGEST_WAIT);
        for (var refused : List.of(Duration.ZERO, Request.LONGEST_WAIT.plusNanos(1), FOREVER)) {
            refused(
                    () -> post().expiresAfter(refused),
                    "expiresAfter must be positive and at most PT8760H, was " + refused);
        }
        refused(
                () -> post().expiresAfter(hour).delay(hour).build(),
                "expiresAfter must be longer than delay, was PT1H, delay PT1H");
    }

    @Test
    void itIsACopyThatNothingChanges() {
        var headers = new HashMap<>(Map.of("A", "1"));
        var body = new byte[] {1};
        var builder = post().headers(headers).body(body);
        var request = builder.build();

        headers.put("B", "2");
        body[0] = 2;
        builder.header("C", "3");
        request.body().orElseThrow()[0] = 3;

        assertThat(request.headers()).isEqualTo(Map.of("a", "1"));
        assertThat(request.body().orElseThrow()).containsExactly(1);
        assertThatThrownBy(() -> request.headers().put("d", "4")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void itShowsNoHeaderValueBodyOrQuery() {
        var request = post().header("a", "hush")
                .header("b", Secret.named("key").prefixed("Bearer "))
                .param("c", "hush")
                .body("hush")
                .build();

        assertThat(request).hasToString("Request[POST https://example.org/a, headers [a] [b]]");
        assertThat(Secret.named("key").prefixed("Bearer ")).hasToString("Bearer <secret:key>");
    }

    @Test
    void aBuilderWithoutAClientDoesNotEnqueue() {
        assertThatThrownBy(() -> post().enqueue())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("client.request(..).enqueue()");
    }
}
