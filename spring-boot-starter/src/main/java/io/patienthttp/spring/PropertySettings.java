package io.patienthttp.spring;

import io.patienthttp.EgressPolicy;
import io.patienthttp.Origin;
import io.patienthttp.payload.AesGcmCipher;
import io.patienthttp.payload.AesGcmCipher.Key;
import io.patienthttp.runtime.Settings;
import io.patienthttp.runtime.SettingsBuilder;
import io.patienthttp.spi.PayloadCipher;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/** Turns properties into settings, and what the settings refuse into words about properties. */
final class PropertySettings {

    private static final String PREFIX = "patient-http.";

    /** Settings whose property is not their name in kebab case. */
    private static final Map<String, String> NAMES = Map.of(
            "callbackMaxAttempts", "callback.max-attempts",
            "callbackFirstBackoff", "callback.first-backoff",
            "callbackLongestBackoff", "callback.longest-backoff",
            "sealingAllowPlaintext", "sealing.allow-plaintext",
            "sealingKeys", "sealing.keys",
            "threads", "callback.threads",
            "tableName", "callback.table-name",
            "taskName", "callback-task-name");

    private static final Pattern CAMEL_CASE = Pattern.compile("\\b[a-z]+[A-Z]\\w*");

    private PropertySettings() {}

    static Settings of(PatientHttpProperties properties) {
        var settings = Settings.builder();
        set(properties.maxInFlight(), settings::maxInFlight);
        set(properties.maxBufferedBytes(), size -> settings.maxBufferedBytes(size.toBytes()));
        set(properties.requestTimeout(), settings::requestTimeout);
        set(properties.connectTimeout(), settings::connectTimeout);
        set(properties.firstByteTimeout(), settings::firstByteTimeout);
        set(properties.idleTimeout(), settings::idleTimeout);
        set(properties.transportRetries(), settings::transportRetries);
        set(properties.proxyUrl(), settings::proxyUrl);
        set(properties.protocol(), settings::protocol);
        setNamed(
                "egress-allow", properties.egressAllow(), allow -> settings.egress(egress(properties.egress(), allow)));
        set(properties.maxResponseSize(), size -> settings.maxResponseSize(size.toBytes()));
        set(properties.maxRedirects(), settings::maxRedirects);
        set(properties.failOnErrorStatus(), settings::failOnErrorStatus);
        set(properties.heartbeatInterval(), settings::heartbeatInterval);
        set(properties.lease(), settings::lease);
        set(properties.maxRecoveries(), settings::maxRecoveries);
        set(properties.shutdownTimeout(), settings::shutdownTimeout);
        set(properties.pollInterval(), settings::pollInterval);
        set(properties.connectionsPerOrigin(), settings::connectionsPerOrigin);
        set(properties.idleConnectionTimeout(), settings::idleConnectionTimeout);
        set(properties.maxConnectionAge(), settings::maxConnectionAge);
        set(properties.userAgent(), agent -> settings.userAgent(agent.isBlank() ? null : agent));
        set(properties.sensitiveHeaders(), settings::sensitiveHeaders);
        set(properties.allowLiteralCredentials(), settings::allowLiteralCredentials);
        set(properties.callbackTaskName(), settings::callbackTaskName);
        set(properties.callback().maxAttempts(), settings::callbackMaxAttempts);
        set(properties.callback().firstBackoff(), settings::callbackFirstBackoff);
        set(properties.callback().longestBackoff(), settings::callbackLongestBackoff);
        set(properties.transactionalDelivery(), settings::transactionalDelivery);
        set(properties.unresolvedTimeout(), settings::unresolvedTimeout);
        set(properties.deadRetention(), settings::deadRetention);
        set(properties.payloadStoreThreshold(), size -> settings.payloadStoreThreshold(bytes(size)));
        set(properties.sealing().allowPlaintext(), settings::sealingAllowPlaintext);
        set(properties.tablePrefix(), settings::tablePrefix);
        properties.hosts().forEach((name, host) -> setHost(settings, name, host));
        properties
                .secretOrigins()
                .forEach((name, origins) ->
                        setNamed("secret-origins." + name, origins, bound -> check(properties.secrets(), name, bound)));
        try {
            return settings.build();
        } catch (IllegalArgumentException e) {
            throw refused(e);
        }
    }

    /** What does not fit is far beyond every bound. */
    private static int bytes(DataSize size) {
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, size.toBytes()));
    }

    /** The cipher of the keys that are set, if any are. */
    static Optional<PayloadCipher> cipher(PatientHttpProperties properties) {
        if (properties.sealing().keys().isEmpty()) {
            return Optional.empty();
        }
        try {
            var keys = properties.sealing().keys().stream().map(Key::parse).toList();
            return Optional.of(AesGcmCipher.of(keys));
        } catch (IllegalArgumentException e) {
            throw new StartFailure(
                    "The property " + PREFIX + "sealing.keys is invalid: " + e.getMessage() + ".",
                    "Give each key as an id, a colon and 32 bytes in base64; \"openssl rand -base64 32\" makes one. The"
                            + " first one seals, all open.",
                    e);
        }
    }

    private static EgressPolicy egress(PatientHttpProperties.@Nullable Egress egress, Set<String> allow) {
        if (egress == PatientHttpProperties.Egress.PUBLIC_ONLY) {
            return EgressPolicy.publicOnly().allow(allow.toArray(String[]::new));
        }
        if (!allow.isEmpty()) {
            throw new IllegalArgumentException("egressAllow must be empty unless egress is public-only, was " + allow);
        }
        return EgressPolicy.unrestricted();
    }

    /** A name or an origin with a slip in it must not leave a secret that may go anywhere. */
    private static void check(Map<String, String> secrets, String name, Set<String> origins) {
        if (!secrets.containsKey(name)) {
            throw new IllegalArgumentException(
                    "name must be one of patient-http.secrets, which are " + new TreeSet<>(secrets.keySet()));
        }
        if (origins.isEmpty()) {
            throw new IllegalArgumentException("origins must not be empty");
        }
        origins.forEach(Origin::parse);
    }

    private static void setHost(SettingsBuilder settings, String name, PatientHttpProperties.Host host) {
        settings.host(name, h -> {
            setNamed("hosts[" + name + "].max-in-flight", host.maxInFlight(), h::maxInFlight);
            setNamed("hosts[" + name + "].request-timeout", host.requestTimeout(), h::requestTimeout);
        });
    }

    /** Sets a value, if there is one; core's message begins with the name of the setting. */
    static <T> void set(@Nullable T value, Consumer<T> setter) {
        if (value != null) {
            try {
                setter.accept(value);
            } catch (IllegalArgumentException e) {
                throw refused(e);
            }
        }
    }

    private static <T> void setNamed(String property, @Nullable T value, Consumer<T> setter) {
        if (value != null) {
            try {
                setter.accept(value);
            } catch (IllegalArgumentException e) {
                var message = String.valueOf(e.getMessage());
                throw invalid(property, message.substring(Math.max(0, message.indexOf(" must "))), e);
            }
        }
    }

    /** Of a message such as {@code "maxInFlight must be at least 1, was 0"}. */
    static StartFailure refused(IllegalArgumentException e) {
        var message = String.valueOf(e.getMessage());
        int end = message.indexOf(' ');
        var setting = end < 0 ? message : message.substring(0, end);
        var rest = CAMEL_CASE.matcher(message.substring(setting.length())).replaceAll(word -> property(word.group()));
        return invalid(property(setting), rest, e);
    }

    private static StartFailure invalid(String property, String rest, IllegalArgumentException e) {
        return new StartFailure(
                "The property " + PREFIX + property + " is invalid: it" + rest + ".",
                "Change " + PREFIX + property + " where it is set (or, if it has its default, the property that it is"
                        + " compared with).",
                e);
    }

    private static String property(String setting) {
        var kebab = setting.replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
        return NAMES.getOrDefault(setting, kebab);
    }
}
