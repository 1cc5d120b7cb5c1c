package io.patienthttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What requests to one API have in common, and what each has for itself (parity 13, 14). */
class RequestTemplateTest {

    private static final Secret KEY = Secret.named("key").prefixed("Bearer ");

    private static RequestTemplate.Builder template(String baseUrl) {
        return RequestTemplate.builder(baseUrl, new NoClient());
    }

    @Test
    void aRequestStartsWithWhatTheTemplateHas() {
        var template = template("https://h/v1")
                .header("Authorization", KEY)
                .header("X-A", "template")
                .param("version", "1")
                .param("secret", Secret.named("other"))
                .timeout(Duration.ofSeconds(7))
                .firstByteTimeout(Duration.ofSeconds(3))
                .idleTimeout(Duration.ofSeconds(2))
                .maxRedirects(2)
                .failOnErrorStatus(true)
                .preprocessors("sign")
                .priority(0)
                .concurrencyKey("api")
                .callback("summary")
                .build();

        var request = template.get("models").build();

        assertThat(request.url()).hasToString("https://h/v1/models?version=1");
        assertThat(request.headers()).isEqualTo(Map.of("x-a", "template"));
        assertThat(request.secretHeaders()).isEqualTo(Map.of("authorization", KEY));
        assertThat(request.secretParams()).containsOnlyKeys("secret");
        assertThat(request.timeout()).contains(Duration.ofSeconds(7));
        assertThat(request.firstByteTimeout()).contains(Duration.ofSeconds(3));
        assertThat(request.idleTimeout()).contains(Duration.ofSeconds(2));
        assertThat(request.maxRedirects()).contains(2);
        assertThat(request.failOnErrorStatus()).contains(true);
        assertThat(request.preprocessors()).containsExactly("sign");
        assertThat(request.priority()).isZero();
        assertThat(request.concurrencyKey()).contains("api");
        assertThat(request.callback()).contains("summary");
        assertThat(template("https://h/").build().get("").build().timeout())
                .as("the configured default, not one of the template")
                .isEmpty();
    }

    @Test
    void whatARequestSetsWinsAndNeverReachesTheNextOne() {
        var template = template("https://h/")
                .header("X-A", "template")
                .param("p", "template")
                .preprocessors("sign")
                .callback("one")
                .build();

        var own = template.post("a")
                .header("x-a", "own")
                .header("X-Api-Key", Secret.named("own"))
                .param("p", "own")
                .param("q", "own")
                .preprocessors("other")
                .callback("two")
                .callbackArgs(Map.of("a", 1))
                .timeout(Duration.ofSeconds(1))
                .body("own")
                .build();
        var next = template.post("a").build();

        assertThat(own.url()).hasToString("https://h/a?p=own&q=own");
        assertThat(own.headers()).containsEntry("x-a", "own");
        assertThat(own.preprocessors()).containsExactly("other");
        assertThat(own.callback()).contains("two");
        assertThat(next.url()).hasToString("https://h/a?p=template");
        assertThat(next.headers()).isEqualTo(Map.of("x-a", "template"));
        assertThat(next.secretHeaders()).isEmpty();
        assertThat(next.preprocessors()).containsExactly("sign");
        assertThat(next.callback()).contains("one");
        assertThat(next.callbackArgs().isEmpty()).isTrue();
        assertThat(next.timeout()).isEmpty();
        assertThat(next.body()).isEmpty();
    }

    @Test
    void aTemplateThatIsBuiltDoesNotFollowItsBuilder() {
        var builder = template("https://h/").header("a", "1");
        var template = builder.build();
        builder.header("b", "2");

        assertThat(template.get("").build().headers()).isEqualTo(Map.of("a", "1"));
    }

    @ParameterizedTest
    @CsvSource({
        "https://h/v1,models,https://h/v1/models",
        "https://h/v1/,models/x,https://h/v1/models/x",
        "https://h/v1/,/models,https://h/models",
        "https://h/v1/,../v2/models,https://h/v2/models",
        "https://h/v1/,?q=1,https://h/v1/?q=1",
        "https://h/v1/,'',https://h/v1/",
        "https://h,models,https://h/models",
        "https://h/v1,https://H:443/other,https://H:443/other"
    })
    void aPathIsResolvedAgainstTheBase(String base, String path, String url) {
        assertThat(template(base).build().get(path).build().url()).hasToString(url);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil/", "http://h/", "https://h:8443/", "//evil/"})
    void aPathThatLeavesTheOriginIsRefused(String path) {
        var template = template("https://h/v1").header("Authorization", KEY).build();

        assertThatThrownBy(() -> template.get(path))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("path must stay on https://h, was");
    }

    @ParameterizedTest
    @EnumSource
    void eachMethodHasItsVerb(Method method) {
        var template = template("https://h/").build();
        var request =
                switch (method) {
                    case GET -> template.get("a");
                    case HEAD -> template.head("a");
                    case POST -> template.post("a");
                    case PUT -> template.put("a");
                    case PATCH -> template.patch("a");
                    case DELETE -> template.delete("a");
                    case OPTIONS -> template.options("a");
                };

        assertThat(request.build().method()).isEqualTo(method);
    }

    @Test
    void aBadValueIsRefusedWhenTheTemplateIsBuilt() {
        assertThatThrownBy(() -> template("https://h/?q=1")).hasMessageContaining("baseUrl must have no query");
        assertThatThrownBy(() -> template("/v1")).hasMessageContaining("baseUrl must be an absolute http or https URL");
        assertThatThrownBy(() -> template("https://h/").header("a b", "c")).hasMessageContaining("header name");
        assertThatThrownBy(() -> template("https://h/").timeout(Duration.ZERO)).hasMessageContaining("timeout");
        assertThatThrownBy(() -> template("https://h/").expiresAfter(Duration.ofDays(366)))
                .hasMessage("expiresAfter must be positive and at most PT8760H, was PT8784H");
        assertThatThrownBy(() -> template("https://h/").build().get("a b"))
                .hasMessageContaining("path must be a valid");
    }
}
