package io.patienthttp.jdbc;

import static java.util.Comparator.comparing;

import io.patienthttp.spi.RequestStore.ClaimOrder;
import io.patienthttp.spi.RequestStore.ClaimedRequest;
import io.patienthttp.spi.RequestStore.Completion;
import io.patienthttp.spi.RequestStore.Recorded;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** H2 2.x, for development: one process, so that the claim may take several statements. */
final class H2Dialect implements Dialect {

    private static final String LOCK_SELF = """
            SELECT id FROM {processes}
            WHERE id = ? AND last_seen_at + lease_ms * INTERVAL '0.001' SECOND > {now}
            FOR UPDATE
            """;

    private static final String DUE = """
            SELECT id, concurrency_key, priority, run_at FROM {requests}
            WHERE state = 'PENDING' AND priority = ? AND run_at <= {now}
                AND recoveries < ? AND NOT (concurrency_key = ANY (?))
            ORDER BY run_at LIMIT ? FOR UPDATE SKIP LOCKED
            """;

    private static final String SUSPECTS = """
            SELECT id, concurrency_key, priority, run_at FROM {requests}
            WHERE state = 'PENDING' AND recoveries BETWEEN ? AND ? AND run_at <= {now}
                AND NOT (concurrency_key = ANY (?))
            ORDER BY recoveries, run_at LIMIT ? FOR UPDATE SKIP LOCKED
            """;

    private static final String CLAIM = """
            SELECT id, epoch, attempt, recoveries, concurrency_key, format, method, host, callback, callback_args, request,
                request_ref, created_at, run_at, claimed_at, deadline_at, trace_context
            FROM FINAL TABLE (
                UPDATE {requests} SET state = 'IN_FLIGHT', owner = ?, epoch = epoch + 1, claimed_at = {now}
                WHERE id = ANY (?) AND state = 'PENDING')
            """;

    private static final String COMPLETE = """
            SELECT id, epoch, created_at, cancel_requested FROM FINAL TABLE (
                UPDATE {requests}
                SET state = 'COMPLETED', owner = NULL, completed_at = {now}, format = GREATEST(format, ?),
                    outcome = CASE WHEN cancel_requested THEN ? ELSE ? END,
                    outcome_ref = CASE WHEN cancel_requested THEN NULL ELSE CAST(? AS VARCHAR) END
                WHERE id = ? AND epoch = ? AND owner = ? AND state = 'IN_FLIGHT')
            """;

    @Override
    public String name() {
        return "h2";
    }

    @Override
    public String clock() {
        return "CURRENT_TIMESTAMP(6)";
    }

    @Override
    public String returning(String update, String columns) {
        return "SELECT " + columns + " FROM FINAL TABLE (" + update + ")";
    }

    @Override
    public String adding(String table, List<String> keys, List<String> sums, String rows) {
        var columns = Stream.concat(keys.stream(), sums.stream()).toList();
        return "MERGE INTO " + table + " old USING (" + rows + ") new ON "
                + keys.stream().map(key -> "old." + key + " = new." + key).collect(Collectors.joining(" AND "))
                + " WHEN MATCHED THEN UPDATE SET "
                + sums.stream()
                        .map(sum -> sum + " = old." + sum + " + new." + sum)
                        .collect(Collectors.joining(", "))
                + " WHEN NOT MATCHED THEN INSERT (" + String.join(", ", columns) + ") VALUES (new."
                + String.join(", new.", columns) + ")";
    }

    @Override
    public void limit(Connection connection, Duration statement, Duration idle) {
        // One process: a host that freezes takes the database with it.
    }

    @Override
    public void lockSchema(Connection connection, String prefix) {
        // One process: Schema holds a lock of its own.
    }

    @Override
    public List<ClaimedRequest> claim(Connection connection, Tables tables, ClaimOrder order) throws SQLException {
        if (Sql.first(connection, tables.sql(LOCK_SELF), row -> true, order.owner())
                .isEmpty()) {
            return List.of();
        }
        var ids = due(connection, tables, order);
        return ids.isEmpty()
                ? List.of()
                : Sql.query(connection, tables.sql(CLAIM), Rows::claimed, order.owner(), ids.toArray(UUID[]::new));
    }

    private static List<UUID> due(Connection connection, Tables tables, ClaimOrder order) throws SQLException {
        var suspects = order.suspects();
        int most = suspects.maxRecoveries();
        var chosen = new Chosen(order);
        chosen.take(connection, tables.sql(SUSPECTS), suspects.secondDegree(), most + 1, Integer.MAX_VALUE);
        if (!chosen.rows.isEmpty()) {
            return chosen.fitting();
        }
        chosen.take(connection, tables.sql(SUSPECTS), suspects.suspects(), Math.max(1, most), most);
        chosen.take(connection, tables.sql(SUSPECTS), suspects.near(), Math.max(1, most - 1), most - 1);
        for (int priority = 0; priority < 4; priority++) {
            chosen.take(connection, tables.sql(DUE), order.limit(), priority, Math.max(1, most - 1));
        }
        return chosen.fitting();
    }

    private record Due(UUID id, String key, int priority, Instant runAt) {}

    /** Rows for a claim. */
    private static final class Chosen {

        private final List<Due> rows = new ArrayList<>();
        private final ClaimOrder order;

        Chosen(ClaimOrder order) {
            this.order = order;
        }

        /** Takes what the query finds, whose last parameters are the full keys and the limit. */
        void take(Connection connection, String query, int most, int first, int second) throws SQLException {
            int left = Math.min(most, order.limit() - rows.size());
            if (left <= 0) {
                return;
            }
            var full = order.rooms().entrySet().stream()
                    .filter(room -> room.getValue() <= 0)
                    .map(Map.Entry::getKey)
                    .toArray(String[]::new);
            rows.addAll(Sql.query(connection, query, Chosen::due, first, second, full, left));
        }

        private static Due due(ResultSet row) throws SQLException {
            return new Due(
                    Sql.uuid(row, "id"),
                    row.getString("concurrency_key"),
                    row.getInt("priority"),
                    Sql.instant(row, "run_at"));
        }

        /** Of each key as many as it has room for, the most urgent first. */
        List<UUID> fitting() {
            var rooms = new HashMap<>(order.rooms());
            return rows.stream()
                    .sorted(comparing(Due::priority).thenComparing(Due::runAt))
                    .filter(row -> takesRoom(rooms, row.key()))
                    .map(Due::id)
                    .toList();
        }

        private static boolean takesRoom(Map<String, Integer> rooms, String key) {
            var left = rooms.computeIfPresent(key, (k, room) -> room - 1);
            return left == null || left >= 0;
        }
    }

    @Override
    public List<Recorded> complete(
            Connection connection, Tables tables, UUID owner, List<Completion> completions, String cancelled)
            throws SQLException {
        var recorded = new ArrayList<Recorded>();
        for (var done : completions) {
            recorded.addAll(Sql.query(
                    connection,
                    tables.sql(COMPLETE),
                    Rows::recorded,
                    done.format(),
                    cancelled,
                    done.outcome().text(),
                    done.outcome().reference(),
                    done.ref().id(),
                    done.ref().epoch(),
                    owner));
        }
        return recorded;
    }
}
