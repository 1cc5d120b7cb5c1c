package io.patienthttp.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.patienthttp.EgressPolicy;
import io.patienthttp.Protocol;
import io.patienthttp.runtime.Settings;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.json.JsonParserFactory;

class PropertySettingsTest {

    @Test
    void withoutPropertiesAllIsAsInCore() throws Exception {
        assertSame(PropertySettings.of(bind(Map.of())), Settings.builder().build());
    }

    @Test
    void theDefaultsThatTheMetadataShowAreThoseOfCore() throws Exception {
        var defaults = new HashMap<String, String>();
        for (var property : metadata()) {
            if (property.get("defaultValue") instanceof List<?> values) {
                defaults.put(
                        name(property), values.stream().map(String::valueOf).collect(Collectors.joining(",")));
            } else if (property.get("defaultValue") != null) {
                defaults.put(name(property), property.get("defaultValue").toString());
            }
        }
        assertThat(defaults).hasSizeGreaterThan(20);

        assertSame(PropertySettings.of(bind(defaults)), Settings.builder().build());
    }

    @Test
    void thereIsADocumentedPropertyForEverySetting() throws Exception {
        var descriptions = new HashMap<String, String>();
        for (var property : metadata()) {
            descriptions.put(name(property), String.valueOf(property.getOrDefault("description", "")));
        }

        assertThat(descriptions.values())
                .allSatisfy(description -> assertThat(description).isNotBlank());
        for (var setting : settings()) {
            var kebab = setting.getName().replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
            assertThat(descriptions.keySet())
                    .containsAnyOf(
                            "patient-http." + kebab,
                            "patient-http." + kebab.replaceFirst("callback-", "callback."),
                            "patient-http." + kebab.replaceFirst("sealing-", "sealing."));
        }
    }

    @Test
    void everyPropertyReachesItsSetting() {
        var settings = PropertySettings.of(bind(Map.ofEntries(
                Map.entry("max-in-flight", "7"),
                Map.entry("max-buffered-bytes", "3MB"),
                Map.entry("request-timeout", "1m"),
                Map.entry("connect-timeout", "2s"),
                Map.entry("first-byte-timeout", "21s"),
                Map.entry("idle-timeout", "22s"),
                Map.entry("transport-retries", "0"),
                Map.entry("proxy-url", "https://user:pass@proxy:3128"),
                Map.entry("protocol", "http1"),
                Map.entry("egress", "public-only"),
                Map.entry("egress-allow", "10.0.0.0/8, hooks.internal"),
                Map.entry("max-response-size", "4KB"),
                Map.entry("max-redirects", "1"),
                Map.entry("fail-on-error-status", "true"),
                Map.entry("heartbeat-interval", "2s"),
                Map.entry("lease", "9s"),
                Map.entry("max-recoveries", "2"),
                Map.entry("shutdown-timeout", "11s"),
                Map.entry("poll-interval", "12ms"),
                Map.entry("connections-per-origin", "5"),
                Map.entry("idle-connection-timeout", "13s"),
                Map.entry("max-connection-age", "14s"),
                Map.entry("user-agent", ""),
                Map.entry("sensitive-headers", "X-Mine"),
                Map.entry("allow-literal-credentials", "true"),
                Map.entry("callback-task-name", "task"),
                Map.entry("callback.max-attempts", "6"),
                Map.entry("callback.first-backoff", "15ms"),
                Map.entry("callback.longest-backoff", "16ms"),
                Map.entry("transactional-delivery", "false"),
                Map.entry("unresolved-timeout", "17s"),
                Map.entry("dead-retention", "19d"),
                Map.entry("payload-store-threshold", "3KB"),
                Map.entry("sealing.allow-plaintext", "true"),
                Map.entry("table-prefix", "mine_"),
                Map.entry("hosts[api.example.com].max-in-flight", "3"),
                Map.entry("hosts[api.example.com].request-timeout", "18s"))));

        assertThat(settings.maxInFlight()).isEqualTo(7);
        assertThat(settings.maxBufferedBytes()).isEqualTo(3L << 20);
        assertThat(settings.requestTimeout()).isEqualTo(Duration.ofMinutes(1));
        assertThat(settings.connectTimeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.firstByteTimeout()).isEqualTo(Duration.ofSeconds(21));
        assertThat(settings.idleTimeout()).isEqualTo(Duration.ofSeconds(22));
        assertThat(settings.transportRetries()).isZero();
        assertThat(settings.proxyUrl()).hasToString("https://user:pass@proxy:3128");
        assertThat(settings.protocol()).isEqualTo(Protocol.HTTP1);
        assertThat(settings.egress()).isEqualTo(EgressPolicy.publicOnly().allow("10.0.0.0/8", "hooks.internal"));
        assertThat(settings.maxResponseSize()).isEqualTo(4096);
        assertThat(settings.maxRedirects()).isEqualTo(1);
        assertThat(settings.failOnErrorStatus()).isTrue();
        assertThat(settings.heartbeatInterval()).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.lease()).isEqualTo(Duration.ofSeconds(9));
        assertThat(settings.maxRecoveries()).isEqualTo(2);
        assertThat(settings.shutdownTimeout()).isEqualTo(Duration.ofSeconds(11));
        assertThat(settings.pollInterval()).isEqualTo(Duration.ofMillis(12));
        assertThat(settings.connectionsPerOrigin()).isEqualTo(5);
        assertThat(settings.idleConnectionTimeout()).isEqualTo(Duration.ofSeconds(13));
        assertThat(settings.maxConnectionAge()).isEqualTo(Duration.ofSeconds(14));
        assertThat(settings.userAgent()).isNull();
        assertThat(settings.sensitiveHeaders()).containsExactly("x-mine");
        assertThat(settings.allowLiteralCredentials()).isTrue();
        assertThat(settings.callbackTaskName()).isEqualTo("task");
        assertThat(settings.callbackMaxAttempts()).isEqualTo(6);
        assertThat(settings.callbackFirstBackoff()).isEqualTo(Duration.ofMillis(15));
        assertThat(settings.callbackLongestBackoff()).isEqualTo(Duration.ofMillis(16));
        assertThat(settings.transactionalDelivery()).isFalse();
        assertThat(settings.unresolvedTimeout()).isEqualTo(Duration.ofSeconds(17));
        assertThat(settings.deadRetention()).isEqualTo(Duration.ofDays(19));
        assertThat(settings.payloadStoreThreshold()).isEqualTo(3072);
        assertThat(settings.sealingAllowPlaintext()).isTrue();
        assertThat(settings.tablePrefix()).isEqualTo("mine_");
        assertThat(settings.hosts().get("api.example.com").maxInFlight()).hasValue(3);
        assertThat(settings.hosts().get("api.example.com").requestTimeout()).hasValue(Duration.ofSeconds(18));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max-in-flight | 0 | must be between 1 and 100000, was 0",
                "lease | 20s | must be at least 4 times heartbeat-interval (PT15S), was PT20S",
                "poll-interval | 1ms | must be between PT0.01S and PT24H, was PT0.001S",
                "shutdown-timeout | -1s | must be between PT0S and PT24H, was PT-1S",
                "callback.max-attempts | 0 | must be between 1 and 1000, was 0",
                "callback.longest-backoff | 1s | must not be shorter than callback.first-backoff (PT5S), was PT1S",
                "payload-store-threshold | 0B | must be at least 1, was 0",
                "proxy-url | ftp://h | must begin with http:// or https://, its scheme was ftp",
                "egress-allow | 10.0.0.0/8 | must be empty unless egress is public-only, was [10.0.0.0/8]",
                "secret-origins.a | https://h | must be one of patient-http.secrets, which are []",
                "hosts[a.b].max-in-flight | 0 | must be between 1 and 100000, was 0",
            })
    void aBadValueIsNamedWithItsPropertyAndWhatIsAllowed(String property, String value, String rule) {
        var properties = bind(Map.of("patient-http." + property, value));

        var failure = catchThrowableOfType(StartFailure.class, () -> PropertySettings.of(properties));

        assertThat(failure.description())
                .isEqualTo("The property patient-http." + property + " is invalid: it " + rule + ".");
        assertThat(failure.action()).contains("patient-http." + property);
    }

    @Test
    void aValueOfAnotherTypeIsNamedByBoot() {
        var failure = catchThrowableOfType(BindException.class, () -> bind(Map.of("patient-http.lease", "soon")));

        assertThat(failure.getProperty().getName()).hasToString("patient-http.lease");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | must not be empty",
                "https://h/path | must have no path, query or fragment, was \"https://h/path\"",
                "api.example.com | must be an absolute http or https URL, was \"api.example.com\""
            })
    void aBadOriginOfASecretIsRefused(String origins, String rule) {
        var properties = bind(Map.of("patient-http.secrets.a", "hush", "patient-http.secret-origins.a", origins));

        var failure = catchThrowableOfType(StartFailure.class, () -> PropertySettings.of(properties));

        assertThat(failure.description())
                .isEqualTo("The property patient-http.secret-origins.a is invalid: it " + rule + ".");
    }

    @Test
    void secretsAreNotPrinted() {
        var properties = bind(Map.of("patient-http.secrets.openai", "s3cret"));

        assertThat(properties.secrets()).containsEntry("openai", "s3cret");
        assertThat(properties.toString()).contains("openai").doesNotContain("s3cret");
    }

    /** Names without the prefix get it. */
    private static PatientHttpProperties bind(Map<String, String> values) {
        var full = new HashMap<String, String>();
        values.forEach(
                (name, value) -> full.put(name.startsWith("patient-http.") ? name : "patient-http." + name, value));
        return new Binder(new MapConfigurationPropertySource(full))
                .bindOrCreate("patient-http", PatientHttpProperties.class);
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> metadata() throws IOException {
        try (var stream =
                PatientHttpProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            var text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            return (List<Map<String, Object>>)
                    JsonParserFactory.getJsonParser().parseMap(text).get("properties");
        }
    }

    private static String name(Map<String, Object> property) {
        return property.get("name").toString();
    }

    private static List<Method> settings() {
        return Arrays.stream(Settings.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers())
                        && !Modifier.isStatic(method.getModifiers())
                        && !method.getName().equals("toBuilder"))
                .toList();
    }

    private static void assertSame(Settings actual, Settings expected) throws ReflectiveOperationException {
        for (var setting : settings()) {
            assertThat(setting.invoke(actual)).as(setting.getName()).isEqualTo(setting.invoke(expected));
        }
    }
}
