package io.patienthttp.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.jdbc.JdbcRequestStore;
import io.patienthttp.jdbc.JdbcTransactions;
import io.patienthttp.jdbc.Schema;
import io.patienthttp.model.Steps.Fate;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** The store of the model and that of a database answer the same calls in the same way, and end with the same rows. */
abstract class StoreEquivalenceContract {

    private static final int SCRIPTS = 1000;

    private static final String REQUESTS = """
            SELECT id, epoch, state, owner, recoveries, attempt, cancel_requested, outcome, last_error,
                CASE WHEN claimed_at IS NULL THEN 0 ELSE 1 END, CASE WHEN completed_at IS NULL THEN 0 ELSE 1 END,
                format, request_ref, outcome_ref
            FROM patient_http_requests ORDER BY id
            """;

    private static final List<String> LEAP = List.of("""
            UPDATE patient_http_requests SET run_at = run_at - CAST(? AS BIGINT) * INTERVAL '0.001' SECOND,
                created_at = created_at - CAST(? AS BIGINT) * INTERVAL '0.001' SECOND,
                deadline_at = deadline_at - CAST(? AS BIGINT) * INTERVAL '0.001' SECOND,
                completed_at = completed_at - CAST(? AS BIGINT) * INTERVAL '0.001' SECOND,
                dead_at = dead_at - CAST(? AS BIGINT) * INTERVAL '0.001' SECOND
            """, """
            UPDATE patient_http_processes SET last_seen_at = last_seen_at - CAST(? AS BIGINT) * INTERVAL '0.001' SECOND,
                healthy_since = healthy_since - CAST(? AS BIGINT) * INTERVAL '0.001' SECOND,
                started_at = started_at - CAST(? AS BIGINT) * INTERVAL '0.001' SECOND
            """);

    abstract DataSource database();

    @Test
    void theSameCallsLeaveTheSameRows() throws Exception {
        var dataSource = database();
        try (var close = (AutoCloseable) dataSource) {
            var transactions = JdbcTransactions.of(dataSource);
            new Schema(transactions, "patient_http_").create();
            var store = new JdbcRequestStore(transactions, "patient_http_", "cancelled", "unsent", "exhausted");
            for (long seed = 1; seed <= SCRIPTS; seed++) {
                execute(dataSource, "DELETE FROM patient_http_requests");
                execute(dataSource, "DELETE FROM patient_http_processes");

                var real = new StoreScript(seed, store, transactions, time -> leap(dataSource, time)).run();
                real.addAll(rows(dataSource));

                assertThat(inMemory(seed)).as("seed " + seed).isEqualTo(real);
            }
        }
    }

    private static List<String> inMemory(long seed) {
        var clock = new Clock();
        var transactions = new MemoryTransactions(new MemoryDatabase(clock), "the script");
        var store = new MemoryStore(transactions, "cancelled", "unsent", "exhausted");
        var transcript = new StoreScript(seed, store, transactions, clock::leap).run();
        transactions
                .database
                .requests
                .committed()
                .forEach(row -> transcript.add(row.request.id() + " " + row.epoch
                        + " " + row.state + " " + row.owner + " " + row.recoveries + " 1 " + row.cancelRequested + " "
                        + row.outcome + " " + row.lastError + " " + (row.claimedAt == null ? 0 : 1) + " "
                        + (row.completedAt == null ? 0 : 1) + " " + row.format + " "
                        + row.request.request().reference() + " " + row.outcomeRef));
        return transcript;
    }

    private static List<String> rows(DataSource dataSource) throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement(REQUESTS);
                var found = statement.executeQuery()) {
            var rows = new ArrayList<String>();
            while (found.next()) {
                var row = new ArrayList<String>();
                for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                    row.add(i == 7 ? String.valueOf(found.getBoolean(i)) : found.getString(i));
                }
                rows.add(String.join(" ", row.stream().map(String::valueOf).toList()));
            }
            return rows;
        }
    }

    private static void leap(DataSource dataSource, Duration time) {
        for (var statement : LEAP) {
            var columns = (int) statement.chars().filter(c -> c == '?').count();
            execute(
                    dataSource,
                    statement,
                    Collections.nCopies(columns, time.toMillis()).toArray());
        }
    }

    private static void execute(DataSource dataSource, String sql, Object... parameters) {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Alone, with a clock that moves at each look. */
    private static final class Clock implements Steps {

        private long now = Duration.ofDays(365).toNanos();

        void leap(Duration time) {
            now += time.toNanos();
        }

        @Override
        public long now() {
            now += 1000;
            return now;
        }

        @Override
        public void step() {
            // nobody else is there
        }

        @Override
        public boolean await(BooleanSupplier ready, long deadline) {
            return ready.getAsBoolean();
        }

        @Override
        public Fate commitFate() {
            return Fate.DONE;
        }
    }
}
