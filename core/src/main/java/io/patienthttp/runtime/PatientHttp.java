package io.patienthttp.runtime;

import io.patienthttp.Callback;
import io.patienthttp.CancelResult;
import io.patienthttp.DeadLetter;
import io.patienthttp.Failure;
import io.patienthttp.LifecycleState;
import io.patienthttp.Listener;
import io.patienthttp.PatientHttpClient;
import io.patienthttp.Preprocessor;
import io.patienthttp.Request;
import io.patienthttp.RequestStatus;
import io.patienthttp.Response;
import io.patienthttp.internal.deliver.Announcer;
import io.patienthttp.internal.deliver.Deliverer;
import io.patienthttp.internal.enqueue.Admission;
import io.patienthttp.internal.enqueue.Enqueuer;
import io.patienthttp.internal.observe.Traces;
import io.patienthttp.internal.recover.Reach;
import io.patienthttp.internal.wire.FixedOutcomes;
import io.patienthttp.jdbc.JdbcRequestStore;
import io.patienthttp.jdbc.JdbcTrafficStore;
import io.patienthttp.jdbc.JdbcTransactions;
import io.patienthttp.jdbc.Schema;
import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.PayloadCipher;
import io.patienthttp.spi.PayloadStore;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.Tracing;
import io.patienthttp.spi.Transactions;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Patient HTTP in one process: the client that applications enqueue with, and, once started, the processor that sends
 * requests and delivers their outcomes. A node that only enqueues does not start it. Safe for all threads.
 *
 * <pre>{@code
 * var http = PatientHttp.builder(dataSource)
 *         .callback(new SummaryCallback())
 *         .secret("openai", () -> System.getenv("OPENAI_API_KEY"))
 *         .settings(s -> s.maxInFlight(256).requestTimeout(Duration.ofMinutes(5)))
 *         .build();
 * http.start();
 * }</pre>
 */
public final class PatientHttp implements PatientHttpClient, AutoCloseable {

    /** The version of Patient HTTP, as the jar says; "dev" outside a jar. */
    public static final String VERSION = Optional.ofNullable(
                    PatientHttp.class.getPackage().getImplementationVersion())
            .orElse("dev");

    private final Settings settings;
    private final Schema schema;
    private final Reach reach;
    private final Enqueuer enqueuer;
    private final Pipeline pipeline;
    private final Operations operations;
    private final Lifecycle lifecycle;

    private PatientHttp(Builder builder) {
        var http = builder.http.build();
        this.settings = http.settings();
        var transactions = JdbcTransactions.of(builder.dataSource);
        this.schema = new Schema(transactions, settings.tablePrefix());
        var store = store(transactions, settings);
        var payloads = new Payloads(builder.cipher, builder.payloadStores, settings, store);
        var events = builder.hooks.after(builder.listeners);
        var traces = new Traces(builder.tracing);
        this.reach = new Reach(store, transactions, new Announcer(store, payloads.reader(), events));
        var heartbeats = transactions.onOneConnection(settings.lease().dividedBy(3));
        var queue = builder.queue == null ? JobEngine.bringUp(builder.dataSource, settings) : builder.queue;
        var applicationTransactions = builder.transactions == null ? transactions : builder.transactions;
        if (Boolean.TRUE.equals(settings.transactionalDelivery()) && !applicationTransactions.visibleToCallbacks()) {
            throw new IllegalArgumentException(
                    "transactionalDelivery must not be true without transactions that callbacks"
                            + " can take part in: give .transactions(...), or use the Spring Boot starter");
        }
        this.pipeline = new Pipeline(
                http,
                new Pipeline.Stores(
                        reach, store(heartbeats, settings), new JdbcTrafficStore(transactions, settings.tablePrefix())),
                queue,
                payloads,
                new Deliverer.Application(applicationTransactions, builder.callbacks, reach.announcer(), traces));
        this.lifecycle = new Lifecycle(schema, pipeline, heartbeats);
        this.enqueuer = new Enqueuer(
                reach.store(),
                applicationTransactions,
                transactions,
                new Admission(builder.callbacks, builder.refusedHeaders(settings), traces),
                payloads.envelope(),
                new Enqueuer.AfterCommit(events, pipeline::wake));
        this.operations = new Operations(
                reach, queue, pipeline::wake, Inspection.of(transactions, settings, reach.store(), payloads.reader()));
    }

    private static RequestStore store(JdbcTransactions transactions, Settings settings) {
        return new JdbcRequestStore(
                transactions,
                settings.tablePrefix(),
                FixedOutcomes.CANCELLED,
                FixedOutcomes.CANCELLED_UNSENT,
                FixedOutcomes.EXHAUSTED);
    }

    /**
     * Starts to build. The DataSource must be that of the application's own tables, so that enqueue can join its
     * transactions; give its pool as many connections as callbacks run at once, and five more.
     */
    public static Builder builder(DataSource dataSource) {
        return new Builder(dataSource);
    }

    /** The tables that this needs: to print, create or check them. */
    public Schema schema() {
        return schema;
    }

    /** What an operator may ask and do. */
    public Operations operations() {
        return operations;
    }

    /** The settings that are in force. */
    public Settings settings() {
        return settings;
    }

    @Override
    public List<String> enqueueAll(Collection<Request> requests) {
        return enqueuer.enqueueAll(requests);
    }

    @Override
    public List<String> enqueueAll(Connection connection, Collection<Request> requests) {
        return enqueuer.enqueueAll(JdbcTransactions.joining(connection), requests);
    }

    @Override
    public CancelResult cancel(String id) {
        return operations.cancel(UUID.fromString(id));
    }

    @Override
    public Optional<RequestStatus> find(String id) {
        return reach.store().find(UUID.fromString(id));
    }

    /** Tells the claimer of this process that a transaction with new requests has committed. Does nothing if stopped. */
    public void wake() {
        pipeline.wake();
    }

    /**
     * Starts the processor, and the job engine if we own it. Returns once requests are claimed. Does nothing unless it is
     * stopped; waits for a stop that is going on.
     *
     * @throws IllegalStateException if the tables are missing or of an incompatible version
     * @throws io.patienthttp.StorageException if the database cannot be reached
     */
    public void start() {
        lifecycle.start();
    }

    /** Claims nothing new from now on, and finishes what is in flight. Does nothing unless it is running. */
    public void drain() {
        lifecycle.drain();
    }

    /**
     * Stops the processor: claims nothing more, delivers what finishes within the timeout, aborts the rest and gives it
     * back at once, so that another process, or this one when it starts again, sends it again. Such a request may have
     * reached its server. Does nothing if it is stopped; waits for a start or stop that is going on. May be started
     * again.
     *
     * @param timeout the longest wait for requests and callbacks, at most a day; up to 10 s more pass if the database
     *     does not answer, or callbacks do not end when they are interrupted
     */
    public void stop(Duration timeout) {
        Bounds.within("timeout", timeout, Duration.ZERO, Duration.ofDays(1));
        lifecycle.stop(timeout);
    }

    /** Stops within the setting {@code shutdown-timeout}. */
    @Override
    public void close() {
        stop(settings.shutdownTimeout());
    }

    /** Where it is between start and stop. */
    public LifecycleState state() {
        return lifecycle.state();
    }

    /** Whether it claims, sends and delivers. */
    public boolean isRunning() {
        return lifecycle.state() == LifecycleState.RUNNING;
    }

    /** Whether it finishes what it holds after {@link #drain}. */
    public boolean isDraining() {
        return lifecycle.state() == LifecycleState.DRAINING;
    }

    /** Whether it is about to stop. */
    public boolean isStopping() {
        return lifecycle.state() == LifecycleState.STOPPING;
    }

    /** Whether it may be started. */
    public boolean isStopped() {
        return lifecycle.state() == LifecycleState.STOPPED;
    }

    /** How many requests this process holds: being sent, or waiting for their outcome to be recorded. */
    public int inFlight() {
        return pipeline.inFlight();
    }

    /** What this process knows of itself. Asks no database, and never waits. */
    public Vitals vitals() {
        return pipeline.vitals();
    }

    /** Builds a {@link PatientHttp}. Each setter validates its value. Not safe for several threads. */
    public static final class Builder {

        private final DataSource dataSource;
        private final CallbackRegistry callbacks = new CallbackRegistry();
        private final HttpSender.Builder http = HttpSender.builder();
        private final List<Listener> listeners = new ArrayList<>();
        private final Hooks hooks = new Hooks();
        private @Nullable Transactions transactions;
        private @Nullable CallbackQueue queue;
        private @Nullable PayloadCipher cipher;
        private @Nullable Tracing tracing;
        private final List<PayloadStore> payloadStores = new ArrayList<>();

        private Builder(DataSource dataSource) {
            this.dataSource = dataSource;
        }

        /** Changes settings: {@code settings(s -> s.maxInFlight(100))}. */
        public Builder settings(Consumer<SettingsBuilder> change) {
            http.settings(change);
            return this;
        }

        /** Takes all settings from there. */
        public Builder settings(Settings settings) {
            http.settings(settings);
            return this;
        }

        /** Registers a callback under its {@link Callback#name}. At least one is needed. */
        public Builder callback(Callback callback) {
            return callback(callback.getClass(), callback);
        }

        /** Registers a callback that is a proxy, so that requests can name the class that the user wrote. */
        public Builder callback(Class<?> userClass, Callback callback) {
            callbacks.add(userClass, callback);
            return this;
        }

        /**
         * Registers a secret; its value is asked for whenever a request that names it is sent, on a thread that may
         * block up to 10 seconds (parity 34). The last one of a name counts.
         *
         * @param origins the only ones that may get the value, such as {@code https://api.openai.com}; a request that
         *     would send it elsewhere fails with kind PREPARATION. None: every origin may
         */
        public Builder secret(String name, Supplier<String> value, String... origins) {
            http.secret(name, value, origins);
            return this;
        }

        /**
         * Sets where secrets come from that are not registered, by name; it returns null for one that it does not know.
         * A name may carry a key: {@code Secret.named("oauth/user-42")}. Runs on a thread that may block up to 10
         * seconds.
         *
         * @param origins the only ones that may get these values, as for {@link #secret}
         */
        public Builder secrets(Function<String, @Nullable String> resolver, String... origins) {
            http.secrets(resolver, origins);
            return this;
        }

        /** Registers a preprocessor (parity 39). The last one of a name counts. */
        public Builder preprocessor(String name, Preprocessor preprocessor) {
            http.preprocessor(name, preprocessor);
            return this;
        }

        /** Adds who is told what happens in this process. Added twice, it is refused by {@link #build}. */
        public Builder listener(Listener listener) {
            listeners.add(listener);
            return this;
        }

        /**
         * Has the action run once for each response that this process records as the outcome of a request (parity 83): a
         * short form of {@link Listener#onCompleted}, with its promises. Several run in the order in which they are
         * given; one that throws keeps none of the others from running.
         */
        public Builder afterCompletion(Consumer<Response> action) {
            hooks.afterCompletion(action);
            return this;
        }

        /** The same for failures: a short form of {@link Listener#onFailed}. */
        public Builder afterError(Consumer<Failure> action) {
            hooks.afterError(action);
            return this;
        }

        /** The same for requests whose callback failed as often as allowed (parity 84): {@link Listener#onDead}. */
        public Builder onDead(Consumer<DeadLetter> action) {
            hooks.onDead(action);
            return this;
        }

        /** Sets how requests show in the application's traces. Default: they do not. */
        public Builder tracing(Tracing tracing) {
            this.tracing = tracing;
            return this;
        }

        /** Sets how the application's transactions are joined. Default: plain JDBC, which sees none. */
        public Builder transactions(Transactions transactions) {
            this.transactions = transactions;
            return this;
        }

        /**
         * Has all that is stored sealed, and opens what is (parity 68 to 70): {@code AesGcmCipher.of(keys)}, or a cipher
         * of the application's own. Default: rows are readable.
         */
        public Builder cipher(PayloadCipher cipher) {
            this.cipher = cipher;
            return this;
        }

        /**
         * Registers a store for values that are too large for their rows (parity 72 to 75). The last one is written, all
         * are read, so that another one takes over while rows still refer to the one before. Default: none, and all
         * values are in their rows.
         */
        public Builder payloadStore(PayloadStore store) {
            payloadStores.add(store);
            return this;
        }

        /** A literal credential may be stored where it is sealed. */
        private Set<String> refusedHeaders(Settings settings) {
            return settings.allowLiteralCredentials() || cipher != null ? Set.of() : settings.sensitiveHeaders();
        }

        /** Sets the job engine that runs callbacks. Default: one is brought up, and stopped with us. */
        public Builder callbackQueue(CallbackQueue queue) {
            this.queue = queue;
            return this;
        }

        /**
         * Returns it, stopped. Asks the database what it is.
         *
         * @throws IllegalArgumentException if settings contradict each other, or the database is not supported
         * @throws IllegalStateException if there is no callback, no job engine, or jackson-annotations are too old
         * @throws io.patienthttp.StorageException if the database cannot be reached
         */
        public PatientHttp build() {
            Jackson.requireAnnotations();
            callbacks.requireOne();
            return new PatientHttp(this);
        }
    }
}
