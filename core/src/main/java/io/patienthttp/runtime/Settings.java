package io.patienthttp.runtime;

import io.patienthttp.EgressPolicy;
import io.patienthttp.Protocol;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be tuned, each with its default. A duration is at most a year. Immutable and safe for all threads. In Spring each is a property
 * {@code patient-http.} + its name in kebab case; those of callbacks are below {@code patient-http.callback.}.
 */
public final class Settings {

    /** Names of headers that carry credentials (parity 57). */
    public static final Set<String> DEFAULT_SENSITIVE_HEADERS = Set.of(
            "authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-goog-api-key", "x-auth-token");

    private final SettingsBuilder values;

    Settings(SettingsBuilder values) {
        this.values = values;
    }

    /** Starts from the defaults. */
    public static SettingsBuilder builder() {
        return new SettingsBuilder();
    }

    /** Starts from these settings. */
    public SettingsBuilder toBuilder() {
        return values.copy();
    }

    /** How many requests this process has in flight at most. 1 to 100,000. */
    public int maxInFlight() {
        return values.maxInFlight;
    }

    /**
     * How many bytes of answers this process holds in memory, until they are recorded, before it stops reading and
     * claiming; a byte counts twice, as it was received and as it is to be stored. Values of 256 KiB and more may take as
     * much again in each of three uses: outcomes that are being written, outcomes that are being delivered, and requests
     * in flight that were sealed or in a payload store. At least 1 MiB; default: a quarter of the heap.
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

    /**
     * How often this process looks for requests that others enqueued; it backs off to a second when idle. 10 ms to a day.
     */
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
     * How long a dead request is kept; null: until an operator deletes it, which is the default. Positive, at most a year.
     * It is removed within minutes after that.
     */
    public @Nullable Duration deadRetention() {
        return values.deadRetention;
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
}
