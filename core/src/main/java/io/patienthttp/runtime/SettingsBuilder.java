package io.patienthttp.runtime;

import io.patienthttp.EgressPolicy;
import io.patienthttp.Protocol;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Builds {@link Settings}. Each setter validates its value. Not safe for several threads. */
public final class SettingsBuilder implements Cloneable {

    int maxInFlight = 256;
    long maxBufferedBytes = Runtime.getRuntime().maxMemory() / 4;
    Duration requestTimeout = Duration.ofSeconds(60);
    Duration connectTimeout = Duration.ofSeconds(10);

    @Nullable
    Duration firstByteTimeout;

    @Nullable
    Duration idleTimeout;

    int transportRetries = 2;

    @Nullable
    URI proxyUrl;

    Protocol protocol = Protocol.NEGOTIATE;
    EgressPolicy egress = EgressPolicy.unrestricted();
    long maxResponseSize = 1L << 20;
    int maxRedirects = 5;
    boolean failOnErrorStatus = false;
    Duration heartbeatInterval = Duration.ofSeconds(15);
    Duration lease = Duration.ofSeconds(60);
    int maxRecoveries = 3;
    Duration shutdownTimeout = Duration.ofSeconds(20);
    Duration pollInterval = Duration.ofMillis(200);
    Duration idleConnectionTimeout = Duration.ofSeconds(30);
    Duration maxConnectionAge = Duration.ofMinutes(10);

    @Nullable
    String userAgent = "patient-http/" + PatientHttp.VERSION;

    boolean allowLiteralCredentials = false;
    String callbackTaskName = "patient-http-callback";
    int callbackMaxAttempts = 10;
    Duration callbackFirstBackoff = Duration.ofSeconds(5);
    Duration callbackLongestBackoff = Duration.ofHours(1);
    Duration unresolvedTimeout = Duration.ofHours(1);

    @Nullable
    Duration deadRetention;

    boolean sealingAllowPlaintext = false;
    int payloadStoreThreshold = 64 << 10;
    String tablePrefix = "patient_http_";
    OptionalInt connectionsPerOrigin = OptionalInt.empty();
    Set<String> sensitiveHeaders = Settings.DEFAULT_SENSITIVE_HEADERS;

    @Nullable
    Boolean transactionalDelivery;

    Map<String, HostSettings> hosts = Map.of();

    SettingsBuilder() {}

    /** Another builder with the same values, all of which are immutable. */
    SettingsBuilder copy() {
        try {
            return (SettingsBuilder) clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("SettingsBuilder is Cloneable", e);
        }
    }

    /** Sets {@link Settings#maxInFlight}. */
    public SettingsBuilder maxInFlight(int maxInFlight) {
        this.maxInFlight = Bounds.within("maxInFlight", maxInFlight, 1, 100_000);
        return this;
    }

    /** Sets {@link Settings#maxBufferedBytes}. */
    public SettingsBuilder maxBufferedBytes(long maxBufferedBytes) {
        this.maxBufferedBytes = Bounds.atLeast("maxBufferedBytes", maxBufferedBytes, 1L << 20);
        return this;
    }

    /** Sets {@link Settings#requestTimeout}. */
    public SettingsBuilder requestTimeout(Duration requestTimeout) {
        this.requestTimeout = Bounds.positive("requestTimeout", requestTimeout);
        return this;
    }

    /** Sets {@link Settings#connectTimeout}. */
    public SettingsBuilder connectTimeout(Duration connectTimeout) {
        this.connectTimeout = Bounds.positive("connectTimeout", connectTimeout);
        return this;
    }

    /** Sets {@link Settings#firstByteTimeout}. */
    public SettingsBuilder firstByteTimeout(@Nullable Duration firstByteTimeout) {
        this.firstByteTimeout = firstByteTimeout == null ? null : Bounds.positive("firstByteTimeout", firstByteTimeout);
        return this;
    }

    /** Sets {@link Settings#idleTimeout}. */
    public SettingsBuilder idleTimeout(@Nullable Duration idleTimeout) {
        this.idleTimeout = idleTimeout == null ? null : Bounds.positive("idleTimeout", idleTimeout);
        return this;
    }

    /** Sets {@link Settings#transportRetries}. */
    public SettingsBuilder transportRetries(int transportRetries) {
        this.transportRetries = Bounds.within("transportRetries", transportRetries, 0, 100);
        return this;
    }

    /** Sets {@link Settings#proxyUrl}: {@code http://user:password@host:port}; all but scheme and host may be absent. */
    public SettingsBuilder proxyUrl(@Nullable URI proxyUrl) {
        this.proxyUrl = proxyUrl == null ? null : Bounds.proxy("proxyUrl", proxyUrl);
        return this;
    }

    /** Sets {@link Settings#protocol}. */
    public SettingsBuilder protocol(Protocol protocol) {
        this.protocol = protocol;
        return this;
    }

    /** Sets {@link Settings#egress}. */
    public SettingsBuilder egress(EgressPolicy egress) {
        this.egress = egress;
        return this;
    }

    /** Sets {@link Settings#maxResponseSize}. */
    public SettingsBuilder maxResponseSize(long maxResponseSize) {
        this.maxResponseSize = Bounds.atLeast("maxResponseSize", maxResponseSize, 1L);
        return this;
    }

    /** Sets {@link Settings#maxRedirects}. */
    public SettingsBuilder maxRedirects(int maxRedirects) {
        this.maxRedirects = Bounds.within("maxRedirects", maxRedirects, 0, 100);
        return this;
    }

    /** Sets {@link Settings#failOnErrorStatus}. */
    public SettingsBuilder failOnErrorStatus(boolean failOnErrorStatus) {
        this.failOnErrorStatus = failOnErrorStatus;
        return this;
    }

    /** Sets {@link Settings#heartbeatInterval}. */
    public SettingsBuilder heartbeatInterval(Duration heartbeatInterval) {
        this.heartbeatInterval = Bounds.positive("heartbeatInterval", heartbeatInterval);
        return this;
    }

    /** Sets {@link Settings#lease}. */
    public SettingsBuilder lease(Duration lease) {
        this.lease = Bounds.positive("lease", lease);
        return this;
    }

    /** Sets {@link Settings#maxRecoveries}. */
    public SettingsBuilder maxRecoveries(int maxRecoveries) {
        this.maxRecoveries = Bounds.within("maxRecoveries", maxRecoveries, 0, 1000);
        return this;
    }

    /** Sets {@link Settings#shutdownTimeout}. */
    public SettingsBuilder shutdownTimeout(Duration shutdownTimeout) {
        this.shutdownTimeout = Bounds.within("shutdownTimeout", shutdownTimeout, Duration.ZERO, Duration.ofDays(1));
        return this;
    }

    /** Sets {@link Settings#pollInterval}. */
    public SettingsBuilder pollInterval(Duration pollInterval) {
        this.pollInterval = Bounds.within("pollInterval", pollInterval, Duration.ofMillis(10), Duration.ofDays(1));
        return this;
    }

    /** Sets {@link Settings#idleConnectionTimeout}. */
    public SettingsBuilder idleConnectionTimeout(Duration idleConnectionTimeout) {
        this.idleConnectionTimeout = Bounds.positive("idleConnectionTimeout", idleConnectionTimeout);
        return this;
    }

    /** Sets {@link Settings#maxConnectionAge}. */
    public SettingsBuilder maxConnectionAge(Duration maxConnectionAge) {
        this.maxConnectionAge = Bounds.positive("maxConnectionAge", maxConnectionAge);
        return this;
    }

    /** Sets {@link Settings#userAgent}. */
    public SettingsBuilder userAgent(@Nullable String userAgent) {
        this.userAgent = userAgent;
        return this;
    }

    /** Sets {@link Settings#allowLiteralCredentials}. */
    public SettingsBuilder allowLiteralCredentials(boolean allowLiteralCredentials) {
        this.allowLiteralCredentials = allowLiteralCredentials;
        return this;
    }

    /** Sets {@link Settings#callbackTaskName}. */
    public SettingsBuilder callbackTaskName(String callbackTaskName) {
        this.callbackTaskName = Bounds.notBlank("callbackTaskName", callbackTaskName);
        return this;
    }

    /** Sets {@link Settings#callbackMaxAttempts}. */
    public SettingsBuilder callbackMaxAttempts(int callbackMaxAttempts) {
        this.callbackMaxAttempts = Bounds.within("callbackMaxAttempts", callbackMaxAttempts, 1, 1000);
        return this;
    }

    /** Sets {@link Settings#callbackFirstBackoff}. */
    public SettingsBuilder callbackFirstBackoff(Duration callbackFirstBackoff) {
        this.callbackFirstBackoff = Bounds.positive("callbackFirstBackoff", callbackFirstBackoff);
        return this;
    }

    /** Sets {@link Settings#callbackLongestBackoff}. */
    public SettingsBuilder callbackLongestBackoff(Duration callbackLongestBackoff) {
        this.callbackLongestBackoff = Bounds.positive("callbackLongestBackoff", callbackLongestBackoff);
        return this;
    }

    /** Sets {@link Settings#unresolvedTimeout}. */
    public SettingsBuilder unresolvedTimeout(Duration unresolvedTimeout) {
        this.unresolvedTimeout = Bounds.positive("unresolvedTimeout", unresolvedTimeout);
        return this;
    }

    /** Sets {@link Settings#deadRetention}. */
    public SettingsBuilder deadRetention(@Nullable Duration deadRetention) {
        this.deadRetention = deadRetention == null ? null : Bounds.positive("deadRetention", deadRetention);
        return this;
    }

    /** Sets {@link Settings#sealingAllowPlaintext}. */
    public SettingsBuilder sealingAllowPlaintext(boolean sealingAllowPlaintext) {
        this.sealingAllowPlaintext = sealingAllowPlaintext;
        return this;
    }

    /** Sets {@link Settings#payloadStoreThreshold}. */
    public SettingsBuilder payloadStoreThreshold(int payloadStoreThreshold) {
        this.payloadStoreThreshold = Bounds.atLeast("payloadStoreThreshold", payloadStoreThreshold, 1);
        return this;
    }

    /** Sets {@link Settings#tablePrefix}. */
    public SettingsBuilder tablePrefix(String tablePrefix) {
        this.tablePrefix = Bounds.notBlank("tablePrefix", tablePrefix);
        return this;
    }

    /** Sets {@link Settings#connectionsPerOrigin}. At least 1. */
    public SettingsBuilder connectionsPerOrigin(int connectionsPerOrigin) {
        this.connectionsPerOrigin =
                OptionalInt.of(Bounds.within("connectionsPerOrigin", connectionsPerOrigin, 1, 100_000));
        return this;
    }

    /** Sets {@link Settings#sensitiveHeaders}, in any case; replaces the default. */
    public SettingsBuilder sensitiveHeaders(Set<String> names) {
        var lowerCase = new TreeSet<String>();
        names.forEach(name -> lowerCase.add(name.toLowerCase(Locale.ROOT)));
        this.sensitiveHeaders = Set.copyOf(lowerCase);
        return this;
    }

    /** Sets {@link Settings#transactionalDelivery}. */
    public SettingsBuilder transactionalDelivery(@Nullable Boolean transactionalDelivery) {
        this.transactionalDelivery = transactionalDelivery;
        return this;
    }

    /** Sets what differs for one host: {@code host("api.example.com", h -> h.maxInFlight(50))}. */
    public SettingsBuilder host(String name, Consumer<HostSettings.Builder> settings) {
        var host = new HostSettings.Builder(Bounds.notBlank("host", name));
        settings.accept(host);
        var copy = new LinkedHashMap<>(hosts);
        copy.put(name.toLowerCase(Locale.ROOT), host.build());
        this.hosts = Map.copyOf(copy);
        return this;
    }

    /**
     * Returns the settings.
     *
     * @throws IllegalArgumentException if they contradict each other
     */
    public Settings build() {
        if (lease.compareTo(heartbeatInterval.multipliedBy(4)) < 0) {
            throw new IllegalArgumentException(
                    "lease must be at least 4 times heartbeatInterval (" + heartbeatInterval + "), was " + lease);
        }
        if (callbackLongestBackoff.compareTo(callbackFirstBackoff) < 0) {
            throw new IllegalArgumentException("callbackLongestBackoff must not be shorter than callbackFirstBackoff ("
                    + callbackFirstBackoff + "), was " + callbackLongestBackoff);
        }
        return new Settings(copy());
    }
}
