package io.patienthttp.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.fixture.Databases;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class H2PipelineTest extends PipelineContract {

    private static final Duration POOL_WAIT = Duration.ofSeconds(30);

    @Override
    HikariDataSource database() {
        return Databases.h2();
    }

    /** On one database only, because it waits for what the stop cannot write, and the pool is the same everywhere. */
    @Test
    void stopDoesNotWaitForAPoolThatHasNoConnection() throws Exception {
        var http = start(s -> s.lease(Duration.ofSeconds(4)).heartbeatInterval(Duration.ofSeconds(1)));
        var id = get(http, 3_000).enqueue();
        await().until(() -> server.waiting() == 1);
        var taken = takeAllConnections();
        long began = System.nanoTime();

        http.stop(Duration.ofMillis(500));

        var took = Duration.ofNanos(System.nanoTime() - began);
        assertThat(http.isStopped()).isTrue();
        assertThat(took).isLessThan(POOL_WAIT);
        assertThat(callback.outcomes).isEmpty();
        for (var connection : taken) {
            connection.close();
        }
        http.start();
        awaitDelivered(1);
        assertThat(callback.outcomes.keySet()).containsExactly(id);
    }

    private List<Connection> takeAllConnections() throws SQLException {
        database.setConnectionTimeout(POOL_WAIT.toMillis());
        var taken = new ArrayList<Connection>();
        var pool = database.getHikariPoolMXBean();
        while (pool.getActiveConnections() < database.getMaximumPoolSize()) {
            taken.add(database.getConnection());
        }
        return taken;
    }
}
