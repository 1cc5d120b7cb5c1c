package io.patienthttp.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.Method;
import io.patienthttp.Request;
import io.patienthttp.RequestState;
import io.patienthttp.dbscheduler.DbSchedulerSchema;
import io.patienthttp.fixture.Databases;
import io.patienthttp.fixture.JavaProcess;
import io.patienthttp.fixture.SlowServer;
import io.patienthttp.runtime.PatientHttp;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Worker processes of their own on one PostgreSQL; a kill is SIGKILL from outside. */
@Tag("fault")
class ProcessesTest {

    private static final Duration START = Duration.ofSeconds(60);

    /** STYLE: tests of processes and leases wait three leases and 30 s. */
    private static final Duration LONG = Worker.LEASE.multipliedBy(3).plusSeconds(30);

    @TempDir
    Path directory;

    private final SlowServer server = new SlowServer();
    private final List<JavaProcess> workers = new ArrayList<>();
    private final String url = Databases.postgresUrl();
    private final HikariDataSource database = Databases.pool(url, "postgres", 5);
    private PatientHttp http;

    @BeforeEach
    void createTables() throws SQLException {
        DbSchedulerSchema.create(database, "scheduled_tasks");
        http = PatientHttp.builder(database)
                .callback(new Worker.StoringCallback(database))
                .build();
        http.schema().create();
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE deliveries (request_id text, kind text)");
        }
    }

    @AfterEach
    void killAll() {
        workers.forEach(JavaProcess::close);
        server.close();
        database.close();
    }

    @Test
    void twoThousandRequestsAreInFlightTogetherOnFewThreads() throws Exception {
        var worker = worker(2_500);

        http.enqueueAll(gets(2_000, 5_000));

        await().atMost(LONG).until(() -> server.waiting() == 2_000);
        assertThat(threads(worker)).isLessThan(60);
        await().atMost(LONG).until(() -> deliveries() == 2_000);
        assertThat(threads(worker)).isLessThan(60);
        assertThat(count("deliveries WHERE kind = 'response'")).isEqualTo(2_000);
    }

    @Test
    void fourProcessesSendTenThousandRequestsExactlyOnceEach() throws Exception {
        for (int i = 0; i < 4; i++) {
            workers.add(start(256));
        }
        for (var worker : workers) {
            worker.awaitLine("READY"::equals, START);
        }

        http.enqueueAll(gets(10_000, 0));

        await().atMost(Duration.ofMinutes(3)).until(() -> deliveries() >= 10_000);
        await().atMost(LONG).until(this::nothingIsLeft);
        assertThat(server.hits()).hasSize(10_000);
        assertThat(server.hitCount()).isEqualTo(10_000);
        assertThat(deliveries()).isEqualTo(10_000);
    }

    @Test
    void aSurvivorFinishesTheRequestsOfAKilledProcess() throws Exception {
        var victim = worker(250);
        var ids = http.enqueueAll(gets(250, 10_000));
        await().atMost(LONG).until(() -> server.waiting() == 250);
        worker(500);

        victim.kill();
        long killed = System.nanoTime();

        await().atMost(LONG).until(() -> server.hitCount() == 500);
        long lastSendAgain = server.hits().values().stream()
                .mapToLong(Collections::max)
                .max()
                .orElseThrow();
        var took = Duration.ofNanos(lastSendAgain - killed);
        System.out.println("last send again " + took.toMillis() + " ms after the kill");
        await().atMost(LONG).until(() -> deliveries() == 250);
        await().atMost(LONG).until(this::nothingIsLeft);
        assertThat(took).isLessThan(LONG);
        assertThat(server.hits().keySet()).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(count("deliveries WHERE kind = 'response'")).isEqualTo(250);
    }

    @Test
    void sigtermDeliversWhatFinishesAndReleasesTheRestAtOnce() throws Exception {
        var first = worker(200);
        var quick = http.enqueueAll(gets(100, 3_000));
        var slow = http.enqueueAll(gets(10, 40_000));
        await().atMost(LONG).until(() -> server.waiting() == 110);

        first.terminate();
        first.awaitExit(LONG);

        assertThat(deliveries()).isEqualTo(100);
        assertThat(http.operations().counts())
                .containsEntry(RequestState.PENDING, 10L)
                .containsEntry(RequestState.IN_FLIGHT, 0L)
                .containsEntry(RequestState.COMPLETED, 0L);
        assertThat(http.operations().processes()).isEmpty();
        worker(200);
        await().atMost(LONG).until(() -> server.hitCount() == 120);
        assertThat(quick).allSatisfy(id -> assertThat(server.hits().get(id)).hasSize(1));
        assertThat(slow).allSatisfy(id -> assertThat(server.hits().get(id)).hasSize(2));
    }

    private boolean nothingIsLeft() {
        return count("patient_http_requests") == 0 && count("scheduled_tasks") == 0;
    }

    private int deliveries() {
        assertThat(count("(SELECT request_id FROM deliveries GROUP BY request_id HAVING count(*) > 1) twice"))
                .as("delivered twice")
                .isZero();
        return count("deliveries");
    }

    private int count(String from) {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT count(*) FROM " + from)) {
            rows.next();
            return rows.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<Request> gets(int count, long delayMillis) {
        var request = Request.builder(Method.GET, server.slow(delayMillis))
                .callback("storing")
                .build();
        return IntStream.range(0, count).mapToObj(i -> request).toList();
    }

    private JavaProcess worker(int maxInFlight) throws InterruptedException {
        var worker = start(maxInFlight);
        workers.add(worker);
        worker.awaitLine("READY"::equals, START);
        return worker;
    }

    private JavaProcess start(int maxInFlight) {
        return JavaProcess.start(
                directory, Worker.class.getName(), List.of("-Xmx256m"), List.of(url, Integer.toString(maxInFlight)));
    }

    private static int threads(JavaProcess worker) {
        return worker.lines().stream()
                .filter(line -> line.startsWith("threads "))
                .mapToInt(line -> Integer.parseInt(line.split(" ")[1]))
                .max()
                .orElseThrow();
    }
}
