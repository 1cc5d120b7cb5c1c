package io.patienthttp.pipeline;

import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.DeadLetter;
import io.patienthttp.Listener;
import io.patienthttp.Method;
import io.patienthttp.Request;
import io.patienthttp.dbscheduler.DbSchedulerCallbacks;
import io.patienthttp.dbscheduler.DbSchedulerSchema;
import io.patienthttp.fixture.SlowServer;
import io.patienthttp.internal.deliver.Announcer;
import io.patienthttp.internal.observe.Events;
import io.patienthttp.internal.recover.Reach;
import io.patienthttp.internal.wire.Envelope;
import io.patienthttp.internal.wire.RowReader;
import io.patienthttp.runtime.PatientHttp;
import io.patienthttp.runtime.SettingsBuilder;
import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.Transactions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A database, a slow server and a Patient HTTP with db-scheduler, for tests of the whole pipeline in one JVM. */
@Execution(ExecutionMode.CONCURRENT)
abstract class PipelineFixture {

    static final Duration SOON = Duration.ofSeconds(10);

    final SlowServer server = new SlowServer();
    final RecordingCallback callback = new RecordingCallback();
    final List<DeadLetter> dead = new CopyOnWriteArrayList<>();
    private final List<PatientHttp> started = new ArrayList<>();
    HikariDataSource database;

    /** How values are sealed and off-loaded. */
    Consumer<PatientHttp.Builder> storing = builder -> {};

    /** What the preprocessor of the same name does. */
    volatile Runnable hostile = () -> {};

    abstract HikariDataSource database();

    @BeforeEach
    void createTables() {
        database = database();
        DbSchedulerSchema.create(database, "scheduled_tasks");
    }

    @AfterEach
    void stopAll() {
        started.forEach(http -> http.stop(Duration.ZERO));
        server.close();
        database.close();
    }

    PatientHttp build(Consumer<SettingsBuilder> settings) {
        return build(DbSchedulerCallbacks.create().owned(database), settings);
    }

    PatientHttp build(CallbackQueue queue, Consumer<SettingsBuilder> settings) {
        var builder = PatientHttp.builder(database)
                .callback(callback)
                .callbackQueue(queue)
                .listener(new Listener() {
                    @Override
                    public void onDead(DeadLetter letter) {
                        dead.add(letter);
                    }
                })
                .secret("key", () -> "s3cret")
                .preprocessor("hostile", draft -> hostile.run())
                .settings(s -> s.callbackFirstBackoff(Duration.ofMillis(10)))
                .settings(settings);
        storing.accept(builder);
        var http = builder.build();
        http.schema().create();
        started.add(http);
        return http;
    }

    PatientHttp start(Consumer<SettingsBuilder> settings) {
        var http = build(settings);
        http.start();
        return http;
    }

    /** For parts of the pipeline, without listeners. */
    static Reach reach(RequestStore store, Transactions transactions) {
        return new Reach(store, transactions, new Announcer(store, new RowReader(Envelope.plain()), Events.queued()));
    }

    Request.Builder get(PatientHttp http, long delayMillis) {
        return http.get(server.slow(delayMillis)).callback(RecordingCallback.class);
    }

    List<Request> gets(int count, long delayMillis) {
        var request = Request.builder(Method.GET, server.slow(delayMillis))
                .callback(RecordingCallback.class)
                .build();
        return IntStream.range(0, count).mapToObj(i -> request).toList();
    }

    void awaitDelivered(int count) {
        await().atMost(Duration.ofSeconds(60)).until(() -> callback.deliveries() >= count);
    }

    void awaitEmpty(PatientHttp http) {
        await().atMost(SOON)
                .until(() -> http.operations().counts().values().stream().allMatch(n -> n == 0));
    }

    int count(String from) {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT count(*) FROM " + from)) {
            rows.next();
            return rows.getInt(1);
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    void execute(String sql) {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
