package io.patienthttp.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.fixture.Databases;
import io.patienthttp.spi.RequestStore.ClaimOrder;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("database")
class PostgresRequestStoreTest extends RequestStoreContract {

    @Override
    DataSource database() {
        return Databases.postgres();
    }

    @Test
    void aClaimReadsNothingOfAFullKey() throws SQLException {
        var me = process();
        var free = insert(request().key("free"));
        execute("""
                INSERT INTO patient_http_requests (id, state, epoch, attempt, recoveries, priority, run_at,
                    concurrency_key, cancel_requested, callback, method, host, format, request, created_at)
                SELECT gen_random_uuid(), 'PENDING', 0, 1, 0, priority, now() - INTERVAL '1 hour',
                    'full', FALSE, callback, method, host, format, request, created_at
                FROM patient_http_requests, generate_series(1, 5000)
                """);
        execute("ANALYZE patient_http_requests");

        transactions.inTransaction(transaction -> {
            var connection = transaction.connection();
            var tables = new Tables("patient_http_", transactions.dialect());
            var order = new ClaimOrder(me, 10, Map.of("full", 0), NO_SUSPECTS);
            var claimed = transactions.dialect().claim(connection, tables, order);

            assertThat(ids(claimed)).containsExactly(free);
            try (var statement = connection.createStatement();
                    var read = statement.executeQuery("SELECT seq_tup_read + idx_tup_fetch FROM"
                            + " pg_stat_xact_user_tables WHERE relname = 'patient_http_requests'")) {
                read.next();
                assertThat(read.getLong(1)).isBetween(1L, 20L);
            }
            return claimed;
        });
    }

    private void execute(String sql) throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
