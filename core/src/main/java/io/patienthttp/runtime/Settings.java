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

/**
 * Everything that can be tuned, each with its default. Immutable and safe for all threads. In Spring each is a property
 * {@code patient-http.} + its name in kebab case; those of callbacks are below {@code patient-http.callback.}.
 */
public final class Settings {

    /** Names of headers that carry credentials (parity 57). */
    public static final Set<String> DEFAULT_SENSITIVE_HEADERS = Set.of(
            "authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-goog-api-key", "x-auth-token");

    private final Builder values;

    private Settings(Builder values) {
        this.values = values;
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Starts from these settings. */
    public Builder toBuilder() {
        return new Builder(values);
    }

    /** How many requests this process has in flight at most. 1 to 100,000. */
    public int maxInFlight() {
        return values.maxInFlight;
    }

    /**
     * How many bytes of answers this process holds in memory, until they are recorded, before it stops reading and
     * claiming. At least 1 MiB; default: a quarter of the heap.
     */
    public long maxBufferedBytes() {
        return values.maxBufferedBytes;
    }

    /** The longest time of one hop, from connect to the last byte of the answer. Positive. */
    public Duration requestTimeout() {
        return values.requestTimeout;
    }

    /** The longest time to open a connection. Positive. */
    public Duration connectTimeout() {
        return values.connectTimeout;
    }

    /**
     * The longest time from the last byte of a request to the beginning of its answer; null: no such limit. Positive. See
     * {@link io.patienthttp.Request.Builder#firstByteTimeout}.
     */
    public @Nullable Duration firstByteTimeout() {
        return values.firstByteTimeout;
    }

    /**
     * The longest time without progress of an answer that has begun; null: no such limit. Positive. See {@link
     * io.patienthttp.Request.Builder#idleTimeout}.
     */
    public @Nullable Duration idleTimeout() {
        return values.idleTimeout;
    }

    /**
     * How often a request that provably was not processed is sent again at once, within the same request timeout: the
     * connection was refused, or the server refused an HTTP/2 stream or closes the connection without having looked at it
     * (RFC 9113, section 8.7). 0 to 100; 0: never (parity 46).
     */
    public int transportRetries() {
        return values.transportRetries;
    }

    /**
     * The proxy that requests go through, with credentials for it as user info; null: none (parity 45). To {@code https}
     * URLs it makes tunnels. It is spoken to over TLS if its scheme is {@code https}.
     */
    public @Nullable URI proxyUrl() {
        return values.proxyUrl;
    }

    /** Which version of HTTP is spoken. */
    public Protocol protocol() {
        return values.protocol;
    }

    /** Where requests may go that do not say so themselves. */
    public EgressPolicy egress() {
        return values.egress;
    }

    /** How many bytes a body may have, after decompression (parity 48). At least 1; default 1 MiB. */
    public long maxResponseSize() {
        return values.maxResponseSize;
    }

    /** How many redirects are followed, 0 to 100 (parity 59). */
    public int maxRedirects() {
        return values.maxRedirects;
    }

    /** Whether a status outside 200 to 299 is a failure (parity 62). */
    public boolean failOnErrorStatus() {
        return values.failOnErrorStatus;
    }

    /** How often this process renews its lease. Positive; at most a quarter of the lease. */
    public Duration heartbeatInterval() {
        return values.heartbeatInterval;
    }

    /** How long after its last heartbeat this process counts as dead. At least four heartbeats. */
    public Duration lease() {
        return values.lease;
    }

    /**
     * How many processes may die with a request in flight before it is a suspect. 0 to 1,000. A suspect is sent apart
     * from others; if one more process dies with it alone, it is given up.
     */
    public int maxRecoveries() {
        return values.maxRecoveries;
    }

    /** How long {@link PatientHttp#close} waits for requests in flight and callbacks. Zero to a day. */
    public Duration shutdownTimeout() {
        return values.shutdownTimeout;
    }

    /** How often this process looks for requests that others enqueued; it backs off to a second when idle. At least 10 ms. */
    public Duration pollInterval() {
        return values.pollInterval;
    }

    /** How long an unused connection is kept. Positive. */
    public Duration idleConnectionTimeout() {
        return values.idleConnectionTimeout;
    }

    /** How old a connection may be when it is used again, so that a change of addresses is noticed. Positive. */
    public Duration maxConnectionAge() {
        return values.maxConnectionAge;
    }

    /** The header {@code user-agent} of requests that set none; null sends none. */
    public @Nullable String userAgent() {
        return values.userAgent;
    }

    /** Whether a sensitive header may hold a literal value, which is then stored in the database. */
    public boolean allowLiteralCredentials() {
        return values.allowLiteralCredentials;
    }

    /** The name of our task in the job engine. */
    public String callbackTaskName() {
        return values.callbackTaskName;
    }

    /** How often a callback runs before its request is dead. 1 to 1,000. */
    public int callbackMaxAttempts() {
        return values.callbackMaxAttempts;
    }

    /** How long after its first failure a callback runs again; doubled for each further failure. Positive. */
    public Duration callbackFirstBackoff() {
        return values.callbackFirstBackoff;
    }

    /** The longest time between two runs of a callback. Not shorter than the first. */
    public Duration callbackLongestBackoff() {
        return values.callbackLongestBackoff;
    }

    /** How long a request waits for a node that knows its secret, preprocessor or callback. Positive. */
    public Duration unresolvedTimeout() {
        return values.unresolvedTimeout;
    }

    /**
     * Whether values that are not sealed are read although there is a cipher: on while rows from before are left, off
     * afterwards. Default false.
     */
    public boolean sealingAllowPlaintext() {
        return values.sealingAllowPlaintext;
    }

    /**
     * The largest value that a row holds where there is a payload store, in bytes as it is stored: sealed, and in base64
     * then. At least 1; default 64 KiB (parity 75).
     */
    public int payloadStoreThreshold() {
        return values.payloadStoreThreshold;
    }

    /** What the names of the tables begin with; a schema and a dot may stand before it. */
    public String tablePrefix() {
        return values.tablePrefix;
    }

    /** How many connections to one origin are open at most; default: as many as {@link #maxInFlight}. */
    public int connectionsPerOrigin() {
        return values.connectionsPerOrigin.orElse(values.maxInFlight);
    }

    /** Lower-case names of headers that carry credentials: refused as literals, dropped on a cross-origin redirect. */
    public Set<String> sensitiveHeaders() {
        return values.sensitiveHeaders;
    }

    /** Whether callbacks run in a transaction with the removal of their request; null: wherever they can take part. */
    public @Nullable Boolean transactionalDelivery() {
        return values.transactionalDelivery;
    }

    /** What differs for single hosts, by lower-case name. */
    public Map<String, HostSettings> hosts() {
        return values.hosts;
    }

    /** Builds {@link Settings}. Each setter validates its value. Not safe for several threads. */
    public static final class Builder {

        private int maxInFlight = 256;
        private long maxBufferedBytes = Runtime.getRuntime().maxMemory() / 4;
        private Duration requestTimeout = Duration.ofSeconds(60);
        private Duration connectTimeout = Duration.ofSeconds(10);
        private @Nullable Duration firstByteTimeout;
        private @Nullable Duration idleTimeout;
        private int transportRetries = 2;
        private @Nullable URI proxyUrl;
        private Protocol protocol = Protocol.NEGOTIATE;
        private EgressPolicy egress = EgressPolicy.unrestricted();
        private long maxResponseSize = 1L << 20;
        private int maxRedirects = 5;
        private boolean failOnErrorStatus = false;
        private Duration heartbeatInterval = Duration.ofSeconds(15);
        private Duration lease = Duration.ofSeconds(60);
        private int maxRecoveries = 3;
        private Duration shutdownTimeout = Duration.ofSeconds(20);
        private Duration pollInterval = Duration.ofMillis(200);
        private Duration idleConnectionTimeout = Duration.ofSeconds(30);
        private Duration maxConnectionAge = Duration.ofMinutes(10);
        private @Nullable String userAgent = "patient-http/" + PatientHttp.VERSION;
        private boolean allowLiteralCredentials = false;
        private String callbackTaskName = "patient-http-callback";
        private int callbackMaxAttempts = 10;
        private Duration callbackFirstBackoff = Duration.ofSeconds(5);
        private Duration callbackLongestBackoff = Duration.ofHours(1);
        private Duration unresolvedTimeout = Duration.ofHours(1);
        private boolean sealingAllowPlaintext = false;
        private int payloadStoreThreshold = 64 << 10;
        private String tablePrefix = "patient_http_";
        private OptionalInt connectionsPerOrigin = OptionalInt.empty();
        private Set<String> sensitiveHeaders = DEFAULT_SENSITIVE_HEADERS;
        private @Nullable Boolean transactionalDelivery;
        private Map<String, HostSettings> hosts = Map.of();

        private Builder() {}

        private Builder(Builder other) {
            this.maxInFlight = other.maxInFlight;
            this.maxBufferedBytes = other.maxBufferedBytes;
            this.requestTimeout = other.requestTimeout;
            this.connectTimeout = other.connectTimeout;
            this.firstByteTimeout = other.firstByteTimeout;
            this.idleTimeout = other.idleTimeout;
            this.transportRetries = other.transportRetries;
            this.proxyUrl = other.proxyUrl;
            this.protocol = other.protocol;
            this.egress = other.egress;
            this.maxResponseSize = other.maxResponseSize;
            this.maxRedirects = other.maxRedirects;
            this.failOnErrorStatus = other.failOnErrorStatus;
            this.heartbeatInterval = other.heartbeatInterval;
            this.lease = other.lease;
            this.maxRecoveries = other.maxRecoveries;
            this.shutdownTimeout = other.shutdownTimeout;
            this.pollInterval = other.pollInterval;
            this.idleConnectionTimeout = other.idleConnectionTimeout;
            this.maxConnectionAge = other.maxConnectionAge;
            this.userAgent = other.userAgent;
            this.allowLiteralCredentials = other.allowLiteralCredentials;
            this.callbackTaskName = other.callbackTaskName;
            this.callbackMaxAttempts = other.callbackMaxAttempts;
            this.callbackFirstBackoff = other.callbackFirstBackoff;
            this.callbackLongestBackoff = other.callbackLongestBackoff;
            this.unresolvedTimeout = other.unresolvedTimeout;
            this.sealingAllowPlaintext = other.sealingAllowPlaintext;
            this.payloadStoreThreshold = other.payloadStoreThreshold;
            this.tablePrefix = other.tablePrefix;
            this.connectionsPerOrigin = other.connectionsPerOrigin;
            this.sensitiveHeaders = other.sensitiveHeaders;
            this.transactionalDelivery = other.transactionalDelivery;
            this.hosts = other.hosts;
        }

        /** Sets {@link Settings#maxInFlight}. */
        public Builder maxInFlight(int maxInFlight) {
            this.maxInFlight = Bounds.within("maxInFlight", maxInFlight, 1, 100_000);
            return this;
        }

        /** Sets {@link Settings#maxBufferedBytes}. */
        public Builder maxBufferedBytes(long maxBufferedBytes) {
            this.maxBufferedBytes = Bounds.atLeast("maxBufferedBytes", maxBufferedBytes, 1L << 20);
            return this;
        }

        /** Sets {@link Settings#requestTimeout}. */
        public Builder requestTimeout(Duration requestTimeout) {
            this.requestTimeout = Bounds.positive("requestTimeout", requestTimeout);
            return this;
        }

        /** Sets {@link Settings#connectTimeout}. */
        public Builder connectTimeout(Duration connectTimeout) {
            this.connectTimeout = Bounds.positive("connectTimeout", connectTimeout);
            return this;
        }

        /** Sets {@link Settings#firstByteTimeout}. */
        public Builder firstByteTimeout(@Nullable Duration firstByteTimeout) {
            this.firstByteTimeout =
                    firstByteTimeout == null ? null : Bounds.positive("firstByteTimeout", firstByteTimeout);
            return this;
        }

        /** Sets {@link Settings#idleTimeout}. */
        public Builder idleTimeout(@Nullable Duration idleTimeout) {
            this.idleTimeout = idleTimeout == null ? null : Bounds.positive("idleTimeout", idleTimeout);
            return this;
        }

        /** Sets {@link Settings#transportRetries}. */
        public Builder transportRetries(int transportRetries) {
            this.transportRetries = Bounds.within("transportRetries", transportRetries, 0, 100);
            return this;
        }

        /** Sets {@link Settings#proxyUrl}: {@code http://user:password@host:port}; all but scheme and host may be absent. */
        public Builder proxyUrl(@Nullable URI proxyUrl) {
            this.proxyUrl = proxyUrl == null ? null : Bounds.proxy("proxyUrl", proxyUrl);
            return this;
        }

        /** Sets {@link Settings#protocol}. */
        public Builder protocol(Protocol protocol) {
            this.protocol = protocol;
            return this;
        }

        /** Sets {@link Settings#egress}. */
        public Builder egress(EgressPolicy egress) {
            this.egress = egress;
            return this;
        }

        /** Sets {@link Settings#maxResponseSize}. */
        public Builder maxResponseSize(long maxResponseSize) {
            this.maxResponseSize = Bounds.atLeast("maxResponseSize", maxResponseSize, 1L);
            return this;
        }

        /** Sets {@link Settings#maxRedirects}. */
        public Builder maxRedirects(int maxRedirects) {
            this.maxRedirects = Bounds.within("maxRedirects", maxRedirects, 0, 100);
            return this;
        }

        /** Sets {@link Settings#failOnErrorStatus}. */
        public Builder failOnErrorStatus(boolean failOnErrorStatus) {
            this.failOnErrorStatus = failOnErrorStatus;
            return this;
        }

        /** Sets {@link Settings#heartbeatInterval}. */
        public Builder heartbeatInterval(Duration heartbeatInterval) {
            this.heartbeatInterval = Bounds.positive("heartbeatInterval", heartbeatInterval);
            return this;
        }

        /** Sets {@link Settings#lease}. */
        public Builder lease(Duration lease) {
            this.lease = Bounds.positive("lease", lease);
            return this;
        }

        /** Sets {@link Settings#maxRecoveries}. */
        public Builder maxRecoveries(int maxRecoveries) {
            this.maxRecoveries = Bounds.within("maxRecoveries", maxRecoveries, 0, 1000);
            return this;
        }

        /** Sets {@link Settings#shutdownTimeout}. */
        public Builder shutdownTimeout(Duration shutdownTimeout) {
            this.shutdownTimeout = Bounds.within("shutdownTimeout", shutdownTimeout, Duration.ZERO, Duration.ofDays(1));
            return this;
        }

        /** Sets {@link Settings#pollInterval}. */
        public Builder pollInterval(Duration pollInterval) {
            this.pollInterval = Bounds.atLeast("pollInterval", pollInterval, Duration.ofMillis(10));
            return this;
        }

        /** Sets {@link Settings#idleConnectionTimeout}. */
        public Builder idleConnectionTimeout(Duration idleConnectionTimeout) {
            this.idleConnectionTimeout = Bounds.positive("idleConnectionTimeout", idleConnectionTimeout);
            return this;
        }

        /** Sets {@link Settings#maxConnectionAge}. */
        public Builder maxConnectionAge(Duration maxConnectionAge) {
            this.maxConnectionAge = Bounds.positive("maxConnectionAge", maxConnectionAge);
            return this;
        }

        /** Sets {@link Settings#userAgent}. */
        public Builder userAgent(@Nullable String userAgent) {
            this.userAgent = userAgent;
            return this;
        }

        /** Sets {@link Settings#allowLiteralCredentials}. */
        public Builder allowLiteralCredentials(boolean allowLiteralCredentials) {
            this.allowLiteralCredentials = allowLiteralCredentials;
            return this;
        }

        /** Sets {@link Settings#callbackTaskName}. */
        public Builder callbackTaskName(String callbackTaskName) {
            this.callbackTaskName = Bounds.notBlank("callbackTaskName", callbackTaskName);
            return this;
        }

        /** Sets {@link Settings#callbackMaxAttempts}. */
        public Builder callbackMaxAttempts(int callbackMaxAttempts) {
            this.callbackMaxAttempts = Bounds.within("callbackMaxAttempts", callbackMaxAttempts, 1, 1000);
            return this;
        }

        /** Sets {@link Settings#callbackFirstBackoff}. */
        public Builder callbackFirstBackoff(Duration callbackFirstBackoff) {
            this.callbackFirstBackoff = Bounds.positive("callbackFirstBackoff", callbackFirstBackoff);
            return this;
        }

        /** Sets {@link Settings#callbackLongestBackoff}. */
        public Builder callbackLongestBackoff(Duration callbackLongestBackoff) {
            this.callbackLongestBackoff = Bounds.positive("callbackLongestBackoff", callbackLongestBackoff);
            return this;
        }

        /** Sets {@link Settings#unresolvedTimeout}. */
        public Builder unresolvedTimeout(Duration unresolvedTimeout) {
            this.unresolvedTimeout = Bounds.positive("unresolvedTimeout", unresolvedTimeout);
            return this;
        }

        /** Sets {@link Settings#sealingAllowPlaintext}. */
        public Builder sealingAllowPlaintext(boolean sealingAllowPlaintext) {
            this.sealingAllowPlaintext = sealingAllowPlaintext;
            return this;
        }

        /** Sets {@link Settings#payloadStoreThreshold}. */
        public Builder payloadStoreThreshold(int payloadStoreThreshold) {
            this.payloadStoreThreshold = Bounds.atLeast("payloadStoreThreshold", payloadStoreThreshold, 1);
            return this;
        }

        /** Sets {@link Settings#tablePrefix}. */
        public Builder tablePrefix(String tablePrefix) {
            this.tablePrefix = Bounds.notBlank("tablePrefix", tablePrefix);
            return this;
        }

        /** Sets {@link Settings#connectionsPerOrigin}. At least 1. */
        public Builder connectionsPerOrigin(int connectionsPerOrigin) {
            this.connectionsPerOrigin =
                    OptionalInt.of(Bounds.within("connectionsPerOrigin", connectionsPerOrigin, 1, 100_000));
            return this;
        }

        /** Sets {@link Settings#sensitiveHeaders}, in any case; replaces the default. */
        public Builder sensitiveHeaders(Set<String> names) {
            var lowerCase = new TreeSet<String>();
            names.forEach(name -> lowerCase.add(name.toLowerCase(Locale.ROOT)));
            this.sensitiveHeaders = Set.copyOf(lowerCase);
            return this;
        }

        /** Sets {@link Settings#transactionalDelivery}. */
        public Builder transactionalDelivery(@Nullable Boolean transactionalDelivery) {
            this.transactionalDelivery = transactionalDelivery;
            return this;
        }

        /** Sets what differs for one host: {@code host("api.example.com", h -> h.maxInFlight(50))}. */
        public Builder host(String name, Consumer<HostSettings.Builder> settings) {
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
                throw new IllegalArgumentException(
                        "callbackLongestBackoff must not be shorter than callbackFirstBackoff (" + callbackFirstBackoff
                                + "), was " + callbackLongestBackoff);
            }
            return new Settings(new Builder(this));
        }
    }
}
