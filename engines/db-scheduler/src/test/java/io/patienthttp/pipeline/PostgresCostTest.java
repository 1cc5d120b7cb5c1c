package io.patienthttp.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.Method;
import io.patienthttp.Request;
import io.patienthttp.Response;
import io.patienthttp.dbscheduler.DbSchedulerSchema;
import io.patienthttp.fixture.Databases;
import io.patienthttp.fixture.SlowServer;
import io.patienthttp.runtime.PatientHttp;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What a request costs the database, by PostgreSQL's own counters, and what a backlog costs a callback. */
@Tag("database")
@Isolated // it measures
class PostgresCostTest {

    private static final int REQUESTS = 5_000;

    private final Map<String, Long> callbackStarted = new ConcurrentHashMap<>();

    @Test
    void aRequestCostsFewRowWritesAndCommitsAndItsCallbackDoesNotQueueBehindABacklog() {
        try (var server = new SlowServer();
                var database = Databases.postgres()) {
            DbSchedulerSchema.create(database, "scheduled_tasks");
            var http =
                    PatientHttp.builder(database).callback(new TimingCallback()).build();
            http.schema().create();
            long commits = commits(database);

            http.enqueueAll(IntStream.range(0, REQUESTS)
                    .mapToObj(i -> Request.builder(Method.GET, server.slow(200))
                            .callback(TimingCallback.class)
                            .build())
                    .toList());
            http.start();
            await().atMost(Duration.ofMinutes(2)).until(() -> callbackStarted.size() == REQUESTS);
            http.close();

            double commitsEach = (double) (commits(database) - commits) / REQUESTS;
            double writesEach = (double) writes(database) / REQUESTS;
            var longest = server.hits().keySet().stream()
                    .mapToLong(id -> callbackStarted.get(id) - server.answers().get(id))
                    .max()
                    .orElseThrow();
            System.out.printf(
                    "%.3f row writes and %.3f commits a request; answer to callback at most %d ms%n",
                    writesEach, commitsEach, longest / 1_000_000);
            assertThat(writesEach).isLessThanOrEqualTo(7.1);
            assertThat(commitsEach).isLessThanOrEqualTo(0.2);
            assertThat(Duration.ofNanos(longest)).isLessThan(Duration.ofSeconds(5));
        }
    }

    private static long writes(HikariDataSource database) {
        return number(
                database,
                "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"
                        + " WHERE relname LIKE 'patient_http_%' OR relname = 'scheduled_tasks'");
    }

    private static long commits(HikariDataSource database) {
        return number(database, "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()");
    }

    /** Counters of a session arrive when it is idle: closes all, and asks a fresh one. */
    private static long number(HikariDataSource database, String sql) {
        database.getHikariPoolMXBean().softEvictConnections();
        await().until(() -> database.getHikariPoolMXBean().getTotalConnections() == 0);
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Notes when it starts. */
    private final class TimingCallback implements Callback {

        @Override
        public void onComplete(Response response) {
            callbackStarted.put(response.requestId(), System.nanoTime());
        }

        @Override
        public void onError(Failure failure) {
            throw new AssertionError(failure.message());
        }
    }
}
