package io.patienthttp.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patienthttp.EgressPolicy;
import io.patienthttp.Protocol;
import java.net.URI;
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
                bad(s -> s.firstByteTimeout(Duration.ZERO), "firstByteTimeout must be positive, was PT0S"),
                bad(s -> s.idleTimeout(Duration.ofSeconds(-1)), "idleTimeout must be positive, was PT-1S"),
                bad(s -> s.transportRetries(-1), "transportRetries must be between 0 and 100, was -1"),
                bad(
                        s -> s.proxyUrl(URI.create("socks://h")),
                        "proxyUrl must begin with http:// or https://, its scheme was socks"),
                bad(
                        s -> s.proxyUrl(URI.create("proxy:3128")),
                        "proxyUrl must begin with http:// or https://, its scheme was proxy"),
                bad(
                        s -> s.proxyUrl(URI.create("http://u:hidden@")),
                        "proxyUrl must have a valid host, and a port between 1 and 65535 or none"),
                bad(
                        s -> s.proxyUrl(URI.create("http://u:hidden@h:70000")),
                        "proxyUrl must have a valid host, and a port between 1 and 65535 or none"),
                bad(s -> s.proxyUrl(URI.create("http://h/path?q")), "proxyUrl must have no path, query or fragment"),
                bad(s -> s.maxResponseSize(0), "maxResponseSize must be at least 1, was 0"),
                bad(s -> s.maxRedirects(-1), "maxRedirects must be between 0 and 100, was -1"),
                bad(s -> s.maxRecoveries(-1), "maxRecoveries must be between 0 and 1000, was -1"),
                bad(
                        s -> s.shutdownTimeout(Duration.ofSeconds(-1)),
                        "shutdownTimeout must be between PT0S and PT24H, was PT-1S"),
                bad(
                        s -> s.pollInterval(Duration.ofMillis(1)),
                        "pollInterval must be between PT0.01S and PT24H, was PT0.001S"),
                bad(
                        s -> s.lease(Duration.ofSeconds(Long.MAX_VALUE)),
                        "lease must be at most PT8760H, was PT2562047788015215H30M7S"),
                bad(s -> s.deadRetention(Duration.ZERO), "deadRetention must be positive, was PT0S"),
                bad(s -> s.payloadStoreThreshold(0), "payloadStoreThreshold must be at least 1, was 0"),
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

    private static Arguments bad(Consumer<SettingsBuilder> change, String message) {
        return Arguments.of(change, message);
    }

    @ParameterizedTest
    @MethodSource("badValues")
    void aBadValueIsRefusedWithItsNameAndWhatIsAllowed(Consumer<SettingsBuilder> change, String message) {
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
        assertThat(settings.heartbeatInterval()).isEqualTo(Duration.ofSeconds(15));
        assertThat(settings.lease()).isEqualTo(Duration.ofSeconds(60));
        assertThat(settings.userAgent()).startsWith("patient-http/");
        assertThat(settings.shutdownTimeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(settings.sensitiveHeaders()).contains("authorization", "x-api-key");
        assertThat(settings.firstByteTimeout()).isNull();
        assertThat(settings.idleTimeout()).isNull();
        assertThat(settings.transportRetries()).isEqualTo(2);
        assertThat(settings.proxyUrl()).isNull();
        assertThat(settings.deadRetention()).isNull();
        assertThat(settings.payloadStoreThreshold()).isEqualTo(65_536);
        assertThat(settings.sealingAllowPlaintext()).isFalse();
        assertThat(settings.protocol()).isEqualTo(Protocol.NEGOTIATE);
        assertThat(settings.egress()).isEqualTo(EgressPolicy.unrestricted());
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
