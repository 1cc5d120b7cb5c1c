package io.patienthttp.spring;

import io.patienthttp.Protocol;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.util.unit.DataSize;

/**
 * The properties {@code patient-http.*}. One that is null has the default of {@link
 * io.patienthttp.runtime.Settings Settings}, which also checks the values.
 *
 * @param maxInFlight How many requests this process has in flight at most, 1 to 100,000.
 * @param maxBufferedBytes How many bytes of answers this process holds in memory before it stops reading and claiming,
 *     at least 1 MB. Default: a quarter of the heap.
 * @param requestTimeout The longest time of one hop, from connect to the last byte of the answer.
 * @param connectTimeout The longest time to open a connection.
 * @param firstByteTimeout The longest time from the last byte of a request to the beginning of its answer. Default: none.
 * @param idleTimeout The longest time without progress of an answer that has begun. Default: none.
 * @param transportRetries How often a request that provably was not processed is sent again at once, 0 to 100.
 * @param proxyUrl The proxy that requests go through, http://user:password@host:port. Never shown by the actuator.
 * @param protocol Which version of HTTP is spoken: http1, http2, or what TLS negotiates.
 * @param egress Where requests may go that do not say so themselves: unrestricted, or public-only.
 * @param egressAllow With egress=public-only, what is allowed besides: CIDRs, addresses and host names.
 * @param maxResponseSize How large the body of an answer may be, after decompression.
 * @param maxRedirects How many redirects are followed, 0 to 100.
 * @param failOnErrorStatus Whether a status outside 200 to 299 is a failure.
 * @param heartbeatInterval How often this process renews its lease, at most a quarter of the lease.
 * @param lease How long after its last heartbeat this process counts as dead and others send its requests again, at
 *     least four heartbeats.
 * @param maxRecoveries How many processes may die with a request in flight before it is a suspect, 0 to 1,000. A
 *     suspect is sent apart from others; if one more process dies with it alone, it is given up.
 * @param shutdownTimeout How long a stop waits for requests in flight and callbacks; the rest is given back. Must be
 *     below spring.lifecycle.timeout-per-shutdown-phase: up to 10 s more pass if the database does not answer.
 * @param pollInterval How often this process looks for requests that other processes enqueued, at least 10 ms.
 * @param connectionsPerOrigin How many connections to one origin are open at most. Default: as many as max-in-flight.
 * @param idleConnectionTimeout How long an unused connection is kept.
 * @param maxConnectionAge How old a connection may be when it is used again, so that a change of addresses is noticed.
 * @param userAgent The header User-Agent of requests that set none; empty sends none. Default: patient-http/ and the
 *     version.
 * @param sensitiveHeaders Names of headers that carry credentials: refused as literals, dropped on a redirect to
 *     another origin.
 * @param allowLiteralCredentials Whether a sensitive header may hold a literal value, which is then stored in the
 *     database.
 * @param callbackTaskName The name of the task of Patient HTTP in the job engine, the same in all processes.
 * @param callback How callbacks run.
 * @param transactionalDelivery Whether callbacks run in one transaction with the removal of their request, and so take
 *     effect exactly once. Default: if there is a transaction manager for the DataSource.
 * @param unresolvedTimeout How long a request waits for a node that knows its secret, preprocessor or callback.
 * @param deadRetention How long a dead request is kept, at most a year. Default: until an operator deletes it.
 * @param payloadStoreThreshold How large a value may be that its row holds, where there is a PayloadStore bean.
 * @param sealing Whether what is stored is sealed.
 * @param tablePrefix What the names of the tables begin with; a schema and a dot may stand before it.
 * @param initializeSchema When to create the tables of Patient HTTP and of db-scheduler at start, after Flyway and
 *     Liquibase. Embedded: only in a database in memory.
 * @param processor What sends requests.
 * @param health What the health of this process minds.
 * @param secrets Values of secrets by name, for requests that name them. Never shown by the actuator.
 * @param secretOrigins Where single secrets of patient-http.secrets may be sent, such as https://api.example.com, and to
 *     no other origin; by their names.
 * @param hosts What differs for single hosts, by name in brackets: patient-http.hosts[api.example.com].max-in-flight
 */
@ConfigurationProperties("patient-http")
public record PatientHttpProperties(
        @Nullable Integer maxInFlight,
        @Nullable DataSize maxBufferedBytes,
        @Nullable Duration requestTimeout,
        @Nullable Duration connectTimeout,
        @Nullable Duration firstByteTimeout,
        @Nullable Duration idleTimeout,
        @Nullable Integer transportRetries,
        @Nullable URI proxyUrl,
        @Nullable Protocol protocol,
        @Nullable Egress egress,
        @DefaultValue Set<String> egressAllow,
        @Nullable DataSize maxResponseSize,
        @Nullable Integer maxRedirects,
        @Nullable Boolean failOnErrorStatus,
        @Nullable Duration heartbeatInterval,
        @Nullable Duration lease,
        @Nullable Integer maxRecoveries,
        @Nullable Duration shutdownTimeout,
        @Nullable Duration pollInterval,
        @Nullable Integer connectionsPerOrigin,
        @Nullable Duration idleConnectionTimeout,
        @Nullable Duration maxConnectionAge,
        @Nullable String userAgent,
        @Nullable Set<String> sensitiveHeaders,
        @Nullable Boolean allowLiteralCredentials,
        @Nullable String callbackTaskName,
        @DefaultValue Callback callback,
        @Nullable Boolean transactionalDelivery,
        @Nullable Duration unresolvedTimeout,
        @Nullable Duration deadRetention,
        @Nullable DataSize payloadStoreThreshold,
        @DefaultValue Sealing sealing,
        @Nullable String tablePrefix,
        @DefaultValue("embedded") DatabaseInitializationMode initializeSchema,
        @DefaultValue Processor processor,
        @DefaultValue Health health,
        @DefaultValue Map<String, String> secrets,
        @DefaultValue Map<String, Set<String>> secretOrigins,
        @DefaultValue Map<String, Host> hosts) {

    /** Copies what could be changed. */
    public PatientHttpProperties {
        sensitiveHeaders = sensitiveHeaders == null ? null : Set.copyOf(sensitiveHeaders);
        egressAllow = Set.copyOf(egressAllow);
        secrets = Map.copyOf(secrets);
        secretOrigins = Map.copyOf(secretOrigins);
        hosts = Map.copyOf(hosts);
    }

    /** The values of {@code patient-http.egress}. */
    public enum Egress {
        /** Everywhere. */
        UNRESTRICTED,
        /** To hosts on the public internet, and to what {@code patient-http.egress-allow} says. */
        PUBLIC_ONLY
    }

    /**
     * The properties {@code patient-http.callback.*}.
     *
     * @param maxAttempts How often a callback runs before its request is dead, 1 to 1,000.
     * @param firstBackoff How long after its first failure a callback runs again; doubled for each further failure.
     * @param longestBackoff The longest time between two runs of a callback.
     * @param threads How many callbacks run at the same time, where the application has no db-scheduler of its own;
     *     by default as many as the connection pool has connections, less five, and at most 20.
     * @param tableName The table of db-scheduler. Default: db-scheduler.table-name, else scheduled_tasks.
     */
    public record Callback(
            @Nullable Integer maxAttempts,
            @Nullable Duration firstBackoff,
            @Nullable Duration longestBackoff,
            @Nullable Integer threads,
            @Nullable String tableName) {}

    /**
     * The properties {@code patient-http.sealing.*}.
     *
     * @param keys Keys as id:base64 of 32 bytes, for AES-256-GCM; the first one seals, all open. Without any, and without
     *     a PayloadCipher bean, rows are readable. Never shown by the actuator.
     * @param allowPlaintext Whether rows that are not sealed are read although there is a key: on while rows from before
     *     are left, off afterwards.
     */
    public record Sealing(
            @DefaultValue List<String> keys, @Nullable Boolean allowPlaintext) {

        /** Copies the list. */
        public Sealing {
            keys = List.copyOf(keys);
        }

        /** Shows no key. */
        @Override
        public String toString() {
            return "Sealing[" + keys.size() + " keys, allowPlaintext=" + allowPlaintext + "]";
        }
    }

    /**
     * The properties {@code patient-http.processor.*}.
     *
     * @param enabled Whether this process sends requests and runs callbacks; if not, it only enqueues.
     */
    public record Processor(@DefaultValue("true") boolean enabled) {}

    /**
     * The properties {@code patient-http.health.*}.
     *
     * @param queueAgeThreshold How long requests may wait to be sent before the health is DOWN, in all processes that
     *     run the processor. Default: none, as a health that is DOWN may take the whole application out of service.
     */
    public record Health(@Nullable Duration queueAgeThreshold) {}

    /**
     * The properties {@code patient-http.hosts[name].*}.
     *
     * @param maxInFlight How many requests to the host this process has in flight at most, 1 to 100,000. Default: as
     *     many as to all.
     * @param requestTimeout The request timeout for the host. Default: that of all.
     */
    public record Host(
            @Nullable Integer maxInFlight, @Nullable Duration requestTimeout) {}

    /** Names what is set, without values: some are secrets. */
    @Override
    public String toString() {
        return "PatientHttpProperties[secrets=" + secrets.keySet() + ", hosts=" + hosts + ", callback=" + callback
                + ", processor=" + processor + ", initializeSchema=" + initializeSchema + "]";
    }
}
