package io.patienthttp.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.fixture.Databases;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("database")
class PostgresBacklogTest extends BacklogContract {

    @Override
    DataSource database() {
        return Databases.postgres();
    }

    /** Beside 100,000 dead rows; those are found by their number alone, or by an index of their own. */
    @Test
    void whatIsAliveIsFoundByItsIndex() throws SQLException {
        insert(1, Duration.ZERO, 10);
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("""
                    INSERT INTO patient_http_requests (id, state, epoch, attempt, recoveries, priority, run_at,
                        concurrency_key, cancel_requested, callback, method, host, format, request, created_at, dead_at)
                    SELECT gen_random_uuid(), 'DEAD', 0, 1, 0, 1, now(), 'k', FALSE, 'c', 'GET', 'h', 1, '{}', now(), now()
                    FROM generate_series(1, 100000)
                    """);
            statement.execute("ANALYZE patient_http_requests");

            var plan = new ArrayList<String>();
            try (var rows = statement.executeQuery("EXPLAIN " + statement())) {
                while (rows.next()) {
                    plan.add(rows.getString(1));
                }
            }

            assertThat(plan).anyMatch(line -> line.contains("patient_http_requests_claim"));
            for (int i = 0; i < plan.size(); i++) {
                if (plan.get(i).contains("Seq Scan")) {
                    assertThat(plan.get(i + 1)).contains("DEAD");
                }
            }
        }
    }
}
