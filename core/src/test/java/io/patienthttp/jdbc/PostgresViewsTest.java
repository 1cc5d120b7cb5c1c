package io.patienthttp.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.fixture.Databases;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("database")
class PostgresViewsTest extends ViewsContract {

    @Override
    HikariDataSource database() {
        return Databases.postgres();
    }

    /** So many that reading them all is what a planner would rather not do. */
    @Override
    int rows() {
        return 100_000;
    }

    @Override
    String plan(String sql, Object... parameters) throws SQLException {
        try (var connection = opened().getConnection()) {
            return String.join(
                    "\n",
                    Sql.query(connection, "EXPLAIN (ANALYZE, TIMING OFF) " + sql, row -> row.getString(1), parameters));
        }
    }

    @Override
    boolean readsAll(String plan) {
        return plan.contains("Seq Scan on patient_http_requests");
    }

    @Override
    String randomId() {
        return "gen_random_uuid()";
    }

    @Override
    String series(int rows) {
        return "generate_series(1, " + rows + ")";
    }

    @Test
    void processesThatWriteAtOnceLoseNothing() throws Exception {
        var threads = Executors.newFixedThreadPool(4);
        try {
            var barrier = new CyclicBarrier(4);
            var writes = new ArrayList<Future<?>>();
            for (int i = 0; i < 4; i++) {
                writes.add(threads.submit(() -> {
                    barrier.await(10, TimeUnit.SECONDS);
                    for (int turn = 0; turn < 20; turn++) {
                        var rows = new ArrayList<>(IntStream.range(0, 40)
                                .mapToObj(host -> counted(0, "host" + host + ".test", 1))
                                .toList());
                        Collections.shuffle(rows);
                        traffic().add(rows);
                    }
                    return null;
                }));
            }
            for (var write : writes) {
                write.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(traffic().byHost(Duration.ofHours(1), 50))
                .hasSize(40)
                .extracting(host -> host.traffic().requests())
                .containsOnly(80L);
    }
}
