package io.patienthttp.runtime;

import io.patienthttp.Preprocessor;
import io.patienthttp.Progress;
import io.patienthttp.internal.http.ByteBudget;
import io.patienthttp.internal.http.JettyTransport;
import io.patienthttp.internal.http.Proxy;
import io.patienthttp.internal.http.RequestSender;
import io.patienthttp.internal.http.SendSettings;
import io.patienthttp.internal.http.TransportSettings;
import io.patienthttp.internal.http.Wire;
import io.patienthttp.processor.Task;
import io.patienthttp.spi.HttpTransport;
import io.patienthttp.spi.Limits;
import io.patienthttp.spi.Sending;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests over HTTP, with their secrets and preprocessors, following redirects, within the limits of the {@link
 * Settings}. Needs no database: {@link PatientHttp} has one within it, and applications build one for a {@link
 * io.patienthttp.processor.Processor} of their own.
 *
 * <pre>{@code
 * var http = HttpSender.builder().secret("openai", () -> System.getenv("OPENAI_API_KEY")).build();
 * var processor = new Processor<>(http::send, handler, 256);
 * http.start();
 * processor.start();
 * processor.enqueue(task);
 * }</pre>
 *
 * <p>Holds no thread while it waits for an answer. Safe for all threads; may be started again after it stopped.
 */
public final class HttpSender implements AutoCloseable {

    private static final int PREPARE_THREADS = 4;

    private final Settings settings;
    private final Secrets secrets;
    private final Map<String, Preprocessor> preprocessors;
    private final ByteBudget budget;
    private final HttpTransport transport;
    private final Executor prepareThreads = prepareThreads();
    private final RequestSender sender;

    private HttpSender(Builder builder) {
        this.settings = builder.settings.build();
        this.secrets = new Secrets(builder.secrets);
        this.preprocessors = Map.copyOf(builder.preprocessors);
        this.budget = new ByteBudget(settings.maxBufferedBytes());
        this.transport = builder.transport == null
                ? new JettyTransport(transportSettings(settings), wire(settings), budget)
                : builder.transport.apply(settings);
        this.sender = on(prepareThreads);
    }

    /** Starts to build. */
    public static Builder builder() {
        return new Builder();
    }

    /** Opens the HTTP client. Does nothing if it is started. */
    public void start() {
        transport.start();
    }

    /** Closes the HTTP client and all its connections; what is in flight fails. Does nothing if it is stopped. */
    @Override
    public void close() {
        transport.stop();
    }

    /** Starts to send the task, once. Never throws and never blocks. */
    public Sending send(Task task) {
        return send(task, () -> true, Map.of());
    }

    /** The same, if it still may when its turn has come, else it is aborted; with header fields that continue a trace. */
    Sending send(Task task, BooleanSupplier maySend, Map<String, String> trace) {
        return sender.send(task.details(), task.request(), maySend, trace);
    }

    /** The same over the same connections, with secrets, preprocessors and redirects on these threads. */
    RequestSender on(Executor threads) {
        return new RequestSender(transport, threads, secrets, preprocessors, sendSettings(settings));
    }

    /** Threads that may block for secrets, preprocessors and the like. */
    Executor threads() {
        return prepareThreads;
    }

    ByteBudget budget() {
        return budget;
    }

    Settings settings() {
        return settings;
    }

    private static Executor prepareThreads() {
        var number = new AtomicInteger();
        var threads = new ThreadPoolExecutor(
                PREPARE_THREADS, PREPARE_THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    var thread = new Thread(task, "patient-http-prepare-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    private static TransportSettings transportSettings(Settings settings) {
        return new TransportSettings(
                settings.maxInFlight(),
                settings.connectTimeout(),
                settings.maxResponseSize(),
                settings.connectionsPerOrigin(),
                settings.idleConnectionTimeout(),
                settings.maxConnectionAge());
    }

    private static Wire wire(Settings settings) {
        var proxyUrl = settings.proxyUrl();
        return new Wire(settings.protocol(), proxyUrl == null ? null : Proxy.of(proxyUrl), settings.transportRetries());
    }

    private static SendSettings sendSettings(Settings settings) {
        var hostTimeouts = new HashMap<String, Duration>();
        settings.hosts()
                .forEach((name, host) -> host.requestTimeout().ifPresent(timeout -> hostTimeouts.put(name, timeout)));
        var limits = new Limits(
                settings.requestTimeout(),
                settings.firstByteTimeout(),
                settings.idleTimeout(),
                Progress.BYTE,
                settings.egress());
        return new SendSettings(
                limits,
                Map.copyOf(hostTimeouts),
                settings.maxRedirects(),
                settings.failOnErrorStatus(),
                settings.userAgent(),
                settings.sensitiveHeaders());
    }

    /** Builds an {@link HttpSender}. Each setter validates its value. Not safe for several threads. */
    public static final class Builder {

        private final Secrets secrets = new Secrets();
        private final Map<String, Preprocessor> preprocessors = new LinkedHashMap<>();
        private SettingsBuilder settings = Settings.builder();
        private @Nullable Function<Settings, HttpTransport> transport;

        private Builder() {}

        /** Changes settings: {@code settings(s -> s.maxRedirects(0))}. Those of the database mean nothing here. */
        public Builder settings(Consumer<SettingsBuilder> change) {
            change.accept(settings);
            return this;
        }

        /** Takes all settings from there. */
        public Builder settings(Settings settings) {
            this.settings = settings.toBuilder();
            return this;
        }

        /** See {@link PatientHttp.Builder#secret}. */
        public Builder secret(String name, Supplier<String> value, String... origins) {
            secrets.register(name, value, origins);
            return this;
        }

        /** See {@link PatientHttp.Builder#secrets}. */
        public Builder secrets(Function<String, @Nullable String> resolver, String... origins) {
            secrets.resolveOthers(resolver, origins);
            return this;
        }

        /** Registers a preprocessor (parity 39). */
        public Builder preprocessor(String name, Preprocessor preprocessor) {
            preprocessors.put(Bounds.notBlank("preprocessor", name), preprocessor);
            return this;
        }

        /**
         * Sets what exchanges single requests for answers, made of the settings, instead of the HTTP client that is
         * built in. It sees to timeouts, the size limit, the egress policy and transport retries itself. For tests.
         */
        public Builder transport(Function<Settings, HttpTransport> transport) {
            this.transport = transport;
            return this;
        }

        /**
         * Returns it, stopped.
         *
         * @throws IllegalArgumentException if settings contradict each other
         */
        public HttpSender build() {
            return new HttpSender(this);
        }
    }
}
