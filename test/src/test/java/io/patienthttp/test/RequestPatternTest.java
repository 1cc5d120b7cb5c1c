package io.patienthttp.test;

import static io.patienthttp.test.RequestPattern.get;
import static io.patienthttp.test.RequestPattern.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patienthttp.Method;
import io.patienthttp.Request;
import io.patienthttp.Secret;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Patterns compare what they name. */
class RequestPatternTest {

    record Thing(String name, int size) {}

    @ParameterizedTest
    @CsvSource({
        "https://a.example/x, https://a.example/x, true",
        "https://a.example/x, https://a.example/x/y, false",
        "https://a.example/x, https://a.example/x?b=1, true",
        "https://a.example/x?b=1, https://a.example/x?b=1, true",
        "https://a.example/x?b=1, https://a.example/x?b=2, false",
        "https://a.example/*, https://a.example/x/y, true",
        "*/y, https://a.example/x/y, true",
        "https://a.example/*/z, https://a.example/x/y, false",
        "https://a.example/x., https://a.example/xy, false",
    })
    void urlsAreComparedAsTheyAreSent(String pattern, String url, boolean matches) {
        assertThat(get(pattern).matches(view(Request.builder(Method.GET, url)))).isEqualTo(matches);
        assertThat(post(pattern).matches(view(Request.builder(Method.GET, url))))
                .isFalse();
    }

    @Test
    void whatAPatternNamesMustBeThere() {
        var request = view(Request.builder(Method.POST, "https://a.example/")
                .json(new Thing("a", 1))
                .header("X-Plain", "p")
                .header("X-Key", Secret.named("k"))
                .callbackArgs(Map.of("document", 42)));
        var pattern = post("https://a.example/");

        assertThat(pattern.withJson(Map.of("size", 1, "name", "a")).matches(request))
                .isTrue();
        assertThat(pattern.withJson(Map.of("size", 2, "name", "a")).differences(request))
                .containsExactly("json was {\"name\":\"a\",\"size\":1}");
        assertThat(pattern.withBody("{\"name\":\"a\",\"size\":1}").matches(request))
                .isTrue();
        assertThat(pattern.withBody("{}").differences(request)).hasSize(1);
        assertThat(pattern.withHeader("x-plain", "p").matches(request)).isTrue();
        assertThat(pattern.withHeader("X-Plain", "q").differences(request)).containsExactly("header x-plain was \"p\"");
        assertThat(pattern.withHeader("x-none", "q").differences(request)).containsExactly("header x-none was absent");
        assertThat(pattern.withHeader("x-key", Secret.named("k")).matches(request))
                .isTrue();
        assertThat(pattern.withCallback(RecordingCallback.class).matches(request))
                .isTrue();
        assertThat(pattern.withCallback("other").differences(request))
                .containsExactly("callback was " + RecordingCallback.class.getName());
        assertThat(pattern.withCallbackArgs(Map.of("document", 42L)).matches(request))
                .isTrue();
        assertThat(pattern.withCallbackArgs(Map.of("document", 43)).differences(request))
                .containsExactly("callbackArgs were {\"document\":42}");
    }

    @Test
    void aLiteralCredentialIsNotShown() {
        var request = view(Request.builder(Method.GET, "https://a.example/").header("Authorization", "Bearer hush"));

        assertThat(get("https://a.example/").withHeader("authorization", "x").differences(request))
                .containsExactly("header authorization was a literal credential, which is not shown");
    }

    @Test
    void aUrlThatIsNotWholeIsRefused() {
        assertThatThrownBy(() -> get("things"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("url must be the whole URL as it is sent")
                .hasMessageContaining("was \"things\"");
    }

    private static RequestView view(Request.Builder request) {
        return RequestView.of(request.build(), RecordingCallback.class.getName());
    }
}
