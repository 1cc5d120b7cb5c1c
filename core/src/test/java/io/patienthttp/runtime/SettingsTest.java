package io.patienthttp.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SettingsTest {

    static Stream<Arguments> badValues() {
        return Stream.of(
                bad(s -> s.maxInFlight(0), "maxInFlight must be between 1 and 100000, was 0"),
                bad(s -> s.maxBufferedBytes(1000), "maxBufferedBytes must be at least 1048576, was 1000"),
                bad(s -> s.requestTimeout(Duration.ZERO), "requestTimeout must be positive, was PT0S"),
                bad(s -> s.connectTimeout(Duration.ofSeconds(-1)), "connectTimeout must be positive, was PT-1S"),
                bad(s -> s.maxResponseSize(0), "maxResponseSize must be at least 1, was 0"),
                bad(s -> s.maxRedirects(-1), "maxRedirects must be between 0 and 100, was -1"),
                bad(s -> s.maxRecoveries(-1), "maxRecoveries must be between 0 and 1000, was -1"),
                bad(s -> s.shutdownTimeout(Duration.ofSeconds(-1)), "shutdownTimeout must be at least PT0S, was PT-1S"),
                bad(s -> s.pollInterval(Duration.ofMillis(1)), "pollInterval must be at least PT0.01S, was PT0.001S"),
                bad(s -> s.callbackMaxAttempts(0), "callbackMaxAttempts must be between 1 and 1000, was 0"),
                bad(s -> s.callbackTaskName(" "), "callbackTaskName must not be blank, was \" \""),
                bad(
                        s -> s.host("h", h -> h.maxInFlight(0)),
                        "maxInFlight of host h must be between 1 and 100000, was 0"),
                bad(
                        s -> s.lease(Duration.ofSeconds(59)),
                        "lease must be at least 4 times heartbeatInterval (PT15S), was PT59S"),
                bad(
                        s -> s.callbackFirstBackoff(Duration.ofHours(2)),
                        "callbackLongestBackoff must not be shorter than callbackFirstBackoff (PT2H), was PT1H"));
    }

    private static Arguments bad(Consumer<Settings.Builder> change, String message) {
        return Arguments.of(change, message);
    }

    @ParameterizedTest
    @MethodSource("badValues")
    void aBadValueIsRefusedWithItsNameAndWhatIsAllowed(Consumer<Settings.Builder> change, String message) {
        assertThatThrownBy(() -> {
                    var builder = Settings.builder();
                    change.accept(builder);
                    builder.build();
                })
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void theDefaultsAreThoseOfTheDesign() {
        var settings = Settings.builder().build();

        assertThat(settings.maxInFlight()).isEqualTo(256);
        assertThat(settings.connectionsPerOrigin()).isEqualTo(256);
        assertThat(settings.requestTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(settings.lease()).isEqualTo(Duration.ofSeconds(60));
        assertThat(settings.shutdownTimeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(settings.sensitiveHeaders()).contains("authorization", "x-api-key");
    }

    @Test
    void aVariantLeavesTheOriginalAsItIs() {
        var original = Settings.builder().maxInFlight(10).build();

        var variant = original.toBuilder()
                .maxInFlight(20)
                .sensitiveHeaders(Set.of("X-Mine"))
                .host("API.example.com", h -> h.maxInFlight(5))
                .build();

        assertThat(original.maxInFlight()).isEqualTo(10);
        assertThat(variant.maxInFlight()).isEqualTo(20);
        assertThat(variant.sensitiveHeaders()).containsExactly("x-mine");
        assertThat(variant.hosts()).containsOnlyKeys("api.example.com");
    }
}
