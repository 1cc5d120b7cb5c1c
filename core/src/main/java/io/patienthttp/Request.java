package io.patienthttp;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One outgoing HTTP request and what is to happen with its outcome. Immutable and safe for all threads.
 *
 * <p>Everything is validated at the call that sets it. {@link #toString} shows no header value, body or query.
 */
public final class Request {

    /** The most urgent {@link Builder#priority}. */
    public static final int HIGHEST_PRIORITY = 0;

    /** The least urgent {@link Builder#priority}. */
    public static final int LOWEST_PRIORITY = 3;

    /** The {@link Builder#priority} of a request that sets none. */
    public static final int DEFAULT_PRIORITY = 1;

    /** The longest timeout of a request: a day. */
    public static final Duration LONGEST_TIMEOUT = Duration.ofDays(1);

    /** The longest time that a request may wait for its turn: a year, of 365 days. */
    public static final Duration LONGEST_WAIT = Duration.ofDays(365);

    private final RequestValues values;

    private Request(Builder builder) {
        this.values = builder.values.frozen();
    }

    /**
     * Starts a request.
     *
     * @param url absolute, http or https, without user info
     */
    public static Builder builder(Method method, String url) {
        return new Builder(method, Checks.url("url", url), null);
    }

    /** Starts a request that its {@link Builder#enqueue()} gives to the client. */
    static Builder builder(Method method, URI url, PatientHttpClient client) {
        return new Builder(method, url, client);
    }

    /** The method. */
    public Method method() {
        return values.method;
    }

    /** The URL with its literal parameters; secret ones are added when it is sent. */
    public URI url() {
        return values.url;
    }

    /** Literal headers: lower-case name to value. */
    public Map<String, String> headers() {
        return values.headers;
    }

    /** Headers whose value, or its rest, is a secret: lower-case name to reference. */
    public Map<String, Secret> secretHeaders() {
        return values.secretHeaders;
    }

    /** Query parameters whose value is a secret. */
    public Map<String, Secret> secretParams() {
        return values.secretParams;
    }

    /** A copy of the body's bytes; empty if there is no body. */
    public Optional<byte[]> body() {
        return values.body == null ? Optional.empty() : Optional.of(values.body.clone());
    }

    /** The length of the body in bytes; 0 if there is no body. */
    public int bodySize() {
        return values.body == null ? 0 : values.body.length;
    }

    /** The name of the callback; empty if none was given. */
    public Optional<String> callback() {
        return Optional.ofNullable(values.callback);
    }

    /** What comes back with the outcome. */
    public CallbackArgs callbackArgs() {
        return values.callbackArgs;
    }

    /** The longest time of one hop, to the last byte of its answer; empty: the setting {@code request-timeout}. */
    public Optional<Duration> timeout() {
        return Optional.ofNullable(values.timeout);
    }

    /** The longest wait for the beginning of an answer; empty: the setting {@code first-byte-timeout}. */
    public Optional<Duration> firstByteTimeout() {
        return Optional.ofNullable(values.firstByteTimeout);
    }

    /** The longest time without progress of an answer; empty: the setting {@code idle-timeout}. */
    public Optional<Duration> idleTimeout() {
        return Optional.ofNullable(values.idleTimeout);
    }

    /** What counts as progress for the idle timeout. */
    public Progress progress() {
        return values.progress;
    }

    /** Where it may go; empty: the setting {@code egress}. */
    public Optional<EgressPolicy> egress() {
        return Optional.ofNullable(values.egress);
    }

    /** How many redirects are followed; empty: the setting {@code max-redirects}. */
    public Optional<Integer> maxRedirects() {
        return Optional.ofNullable(values.maxRedirects);
    }

    /** Whether a status outside 200 to 299 is a failure; empty: the setting {@code fail-on-error-status}. */
    public Optional<Boolean> failOnErrorStatus() {
        return Optional.ofNullable(values.failOnErrorStatus);
    }

    /** Whether the server is told of the trace that the request belongs to. */
    public boolean propagatesTrace() {
        return values.propagateTrace;
    }

    /** Names of the preprocessors that run before it is sent, in their order. */
    public List<String> preprocessors() {
        return values.preprocessors;
    }

    /** 0 to 3; 0 is claimed first. */
    public int priority() {
        return values.priority;
    }

    /** How long after enqueue it becomes due; zero by default. */
    public Duration delay() {
        return values.delay;
    }

    /** How long after enqueue it is not sent any more; empty: it never expires. */
    public Optional<Duration> expiresAfter() {
        return Optional.ofNullable(values.expiresAfter);
    }

    /** What {@code max-in-flight} of a host is counted by; empty: the host of the URL. */
    public Optional<String> concurrencyKey() {
        return Optional.ofNullable(values.concurrencyKey);
    }

    @Override
    public String toString() {
        return "Request[" + values.method + " " + Checks.withoutSecrets(values.url) + ", headers "
                + values.headers.keySet() + " " + values.secretHeaders.keySet() + "]";
    }

    /** Builds a {@link Request}. Each setter validates its value. Not safe for several threads. */
    public static final class Builder {

        private final RequestValues values;
        private final @Nullable PatientHttpClient client;

        private Builder(Method method, URI url, @Nullable PatientHttpClient client) {
            this.values = new RequestValues(method, url);
            this.client = client;
        }

        /** Sets a header; the last value of a name wins, in any case (parity 6). */
        public Builder header(String name, String value) {
            values.header(name, value);
            return this;
        }

        /** Sets a header whose value is looked up when the request is sent. */
        public Builder header(String name, Secret value) {
            values.header(name, value);
            return this;
        }

        /** Sets several headers. */
        public Builder headers(Map<String, String> headers) {
            headers.forEach(this::header);
            return this;
        }

        /** Appends a query parameter, form-encoded; the last value of a name wins (parity 5). */
        public Builder param(String name, String value) {
            values.param(name, value);
            return this;
        }

        /** Appends a query parameter whose value is looked up when the request is sent, and never stored. */
        public Builder param(String name, Secret value) {
            values.param(name, value);
            return this;
        }

        /** Appends several query parameters. */
        public Builder params(Map<String, String> params) {
            params.forEach(this::param);
            return this;
        }

        /** Sets the body as UTF-8 text, without unpaired surrogates; an empty text is no body (parity 3). */
        public Builder body(String body) {
            return body(Checks.unicode("body", body).getBytes(StandardCharsets.UTF_8));
        }

        /** Sets the body; the array is copied; an empty one is no body. */
        public Builder body(byte[] body) {
            values.body(body);
            return this;
        }

        /**
         * Sets the body to the value as JSON, and the content type {@code application/json} if none is set (parity 4).
         *
         * @throws tools.jackson.core.JacksonException if the value cannot be written as JSON
         */
        public Builder json(@Nullable Object value) {
            body(Json.MAPPER.writeValueAsBytes(value));
            values.headerUnlessSet("content-type", "application/json");
            return this;
        }

        /** Sets who gets the outcome: the registered callback of that class. */
        public Builder callback(Class<? extends Callback> callback) {
            values.callback = callback.getName();
            return this;
        }

        /** Sets who gets the outcome: the callback that is registered under that {@link Callback#name}. */
        public Builder callback(String name) {
            values.callback = Checks.notBlank("callback", name);
            return this;
        }

        /** Sets what comes back with the outcome: a map or a record, see {@link CallbackArgs#of}. */
        public Builder callbackArgs(Object mapOrRecord) {
            values.callbackArgs = CallbackArgs.of(mapOrRecord);
            return this;
        }

        /**
         * Sets the longest time from connect to the last byte of the answer. Each redirect has it anew (parity 7). The
         * time in which we do not read because {@code max-buffered-bytes} is exhausted counts: this is the one bound
         * that holds whatever happens. Positive, and at most {@link #LONGEST_TIMEOUT}.
         */
        public Builder timeout(Duration timeout) {
            values.timeout = Checks.positive("timeout", timeout, LONGEST_TIMEOUT);
            return this;
        }

        /**
         * Sets the longest time from the last byte of the request to the beginning of the answer, on each hop; what the
         * server sends before its final answer (status 100 to 199) does not count. Positive, and at most {@link
         * #LONGEST_TIMEOUT}. It ends a request earlier than {@link #timeout}, never later.
         */
        public Builder firstByteTimeout(Duration firstByteTimeout) {
            values.firstByteTimeout = Checks.positive("firstByteTimeout", firstByteTimeout, LONGEST_TIMEOUT);
            return this;
        }

        /**
         * Sets the longest time without progress once an answer has begun, see {@link Progress}; the time in which we
         * do not read because {@code max-buffered-bytes} is exhausted does not count. Positive, and at most {@link
         * #LONGEST_TIMEOUT}. It ends a request earlier than {@link #timeout}, never later.
         */
        public Builder idleTimeout(Duration idleTimeout) {
            values.idleTimeout = Checks.positive("idleTimeout", idleTimeout, LONGEST_TIMEOUT);
            return this;
        }

        /**
         * Asks for a stream of server-sent events, which is read to its end: {@link Response#events()}. Sets the header
         * {@code accept} if it is not set, and what the idle timeout goes by: {@link Progress#EVENT_OR_COMMENT}.
         */
        public Builder eventStream() {
            return eventStream(Progress.EVENT_OR_COMMENT);
        }

        /** Like {@link #eventStream()}, with another measure for the idle timeout. */
        public Builder eventStream(Progress progress) {
            values.headerUnlessSet("accept", "text/event-stream");
            values.progress = progress;
            return this;
        }

        /** Sets where it may go, instead of the setting {@code egress}. */
        public Builder egress(EgressPolicy egress) {
            values.egress = egress;
            return this;
        }

        /** Sets how many redirects are followed; 0 makes a redirect an ordinary response. At most 100. */
        public Builder maxRedirects(int maxRedirects) {
            values.maxRedirects = Checks.within("maxRedirects", maxRedirects, 0, 100);
            return this;
        }

        /** Sets whether a status outside 200 to 299 goes to {@code onError} as an {@link HttpFailure}. */
        public Builder failOnErrorStatus(boolean failOnErrorStatus) {
            values.failOnErrorStatus = failOnErrorStatus;
            return this;
        }

        /**
         * Has the server told of the trace that the request belongs to, by {@code traceparent} (W3C Trace Context) and
         * whatever else the application's tracing sends; not another origin that redirects lead to. Default: nothing.
         */
        public Builder propagateTrace() {
            values.propagateTrace = true;
            return this;
        }

        /** Sets the names of the preprocessors that run before it is sent, in their order. */
        public Builder preprocessors(String... names) {
            for (var name : names) {
                Checks.notBlank("preprocessor", name);
            }
            values.preprocessors = List.of(names);
            return this;
        }

        /** Sets the priority: 0 is claimed first, 3 last, 1 is the default. */
        public Builder priority(int priority) {
            values.priority = Checks.within("priority", priority, HIGHEST_PRIORITY, LOWEST_PRIORITY);
            return this;
        }

        /** Sets how long after enqueue it becomes due. Not negative, and at most {@link #LONGEST_WAIT}. */
        public Builder delay(Duration delay) {
            values.delay = Checks.notNegative("delay", delay, LONGEST_WAIT);
            return this;
        }

        /**
         * Sets how long after enqueue it is not sent any more, by the database's clock. What waited longer, for room or
         * while no process ran, completes with a {@link RejectedFailure} of kind EXPIRED once a process takes it. It is
         * judged whenever a process takes the request, so also after a crash or a stop interrupted it; one in flight is
         * not ended. Longer than the delay, at most {@link #LONGEST_WAIT}; by default it never expires. Sent again by an
         * operator, it does not expire. Without a database it has no effect.
         */
        public Builder expiresAfter(Duration expiresAfter) {
            values.expiresAfter = Checks.positive("expiresAfter", expiresAfter, LONGEST_WAIT);
            return this;
        }

        /** Sets what limits of concurrency are counted by, instead of the host. At most 200 characters. */
        public Builder concurrencyKey(String key) {
            Checks.notBlank("concurrencyKey", key);
            if (key.length() > 200 || key.indexOf('\0') >= 0) {
                throw new IllegalArgumentException(
                        "concurrencyKey must have at most 200 characters and no NUL, had " + key.length());
            }
            values.concurrencyKey = key;
            return this;
        }

        /**
         * Returns the request.
         *
         * @throws IllegalArgumentException if it would expire before it is due
         */
        public Request build() {
            return new Request(this);
        }

        /**
         * Stores the request: in the caller's transaction if the client knows of one, else in one of its own. See
         * {@link PatientHttpClient#enqueue(Request)}.
         *
         * @return the id of the request
         * @throws IllegalStateException if the builder does not come from a client or its template
         */
        public String enqueue() {
            return client().enqueue(build());
        }

        /** Stores the request in the transaction of the connection. See {@link PatientHttpClient#enqueue(Connection, Request)}. */
        public String enqueue(Connection connection) {
            return client().enqueue(connection, build());
        }

        private PatientHttpClient client() {
            if (client == null) {
                throw new IllegalStateException(
                        "this builder has no client: use client.request(..).enqueue() or client.enqueue(builder.build())");
            }
            return client;
        }
    }
}
