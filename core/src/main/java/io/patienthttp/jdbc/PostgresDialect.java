package io.patienthttp.jdbc;

import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.ClaimOrder;
import io.patienthttp.spi.RequestStore.ClaimedRequest;
import io.patienthttp.spi.RequestStore.Completion;
import io.patienthttp.spi.RequestStore.Recorded;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/** PostgreSQL 13 and later. */
final class PostgresDialect implements Dialect {

    /**
     * Claims due rows: the lock on the own process row first (DESIGN: a process that was reclaimed, or
     * whose lease is over, claims nothing, and cannot be reclaimed while it claims), then one index branch per priority,
     * so that the claim never walks rows that are due in the future; compared with now(), not clock_timestamp(), so that
     * the index bounds the scan. Of a key with little room the rows beyond it are locked for the time of the statement
     * only. Suspects come first but few; beside one of the second degree, nothing.
     *
     * <p>Keys without room are passed over. Where there is one, and few keys in all, one branch per key takes the place of
     * the branches per priority, so that nothing of a full key is read, however much of it is due.
     */
    private static final String CLAIM =
            """
            WITH RECURSIVE me AS MATERIALIZED (
                SELECT id FROM {processes}
                WHERE id = ? AND last_seen_at + lease_ms * INTERVAL '0.001' SECOND > clock_timestamp()
                FOR KEY SHARE
            ), alone AS MATERIALIZED (
            """ + suspects("me", "r.recoveries > ?") + """
            ), others AS MATERIALIZED (
                SELECT id FROM me WHERE NOT EXISTS (SELECT 1 FROM alone)
            ), keys AS (
                SELECT lowest.* FROM others CROSS JOIN LATERAL (
                    SELECT r.priority, r.concurrency_key FROM {requests} r
                    WHERE others.id IS NOT NULL AND cardinality(?::text[]) > 0 AND r.state = 'PENDING'
                    ORDER BY r.priority, r.concurrency_key LIMIT 1) lowest
                UNION ALL
                SELECT higher.* FROM keys CROSS JOIN LATERAL (
                    SELECT r.priority, r.concurrency_key FROM {requests} r
                    WHERE r.state = 'PENDING' AND (r.priority, r.concurrency_key) > (keys.priority, keys.concurrency_key)
                    ORDER BY r.priority, r.concurrency_key LIMIT 1) higher
            ), few AS MATERIALIZED (
                SELECT * FROM keys LIMIT 32 + 1
            ), by_key AS MATERIALIZED (
                SELECT id FROM others WHERE (SELECT count(*) FROM few) BETWEEN 1 AND 32
            ), by_priority AS MATERIALIZED (
                SELECT id FROM others WHERE NOT EXISTS (SELECT 1 FROM by_key)
            ), due AS MATERIALIZED (
                SELECT * FROM (
                    SELECT * FROM alone
                    UNION ALL
            """ + suspects("others", "r.recoveries = ?") + """
                    UNION ALL
            """
                    + suspects("others", "r.recoveries = ?") + branch(0) + branch(1) + branch(2) + branch(3) + """
                    UNION ALL
                    SELECT c.* FROM by_key CROSS JOIN LATERAL (
                        SELECT r.id, r.concurrency_key, r.priority, r.run_at FROM (
                            SELECT longest.* FROM few CROSS JOIN LATERAL (
                                SELECT r.id, r.priority, r.run_at FROM {requests} r
                                WHERE by_key.id IS NOT NULL AND r.state = 'PENDING' AND r.priority = few.priority
                                    AND r.concurrency_key = few.concurrency_key AND r.run_at <= now()
                                    AND r.recoveries < ?
                                ORDER BY r.run_at LIMIT ?) longest
                            WHERE few.concurrency_key <> ALL (?)
                            ORDER BY longest.priority, longest.run_at LIMIT 2 * ?) candidates
                        JOIN {requests} r ON r.id = candidates.id
                        WHERE r.state = 'PENDING'
                        ORDER BY r.priority, r.run_at LIMIT ? FOR UPDATE OF r SKIP LOCKED) c
                ) branches LIMIT ?
            ), fitting AS (
                SELECT ranked.id FROM (
                    SELECT due.id, due.concurrency_key,
                        row_number() OVER (PARTITION BY due.concurrency_key ORDER BY due.priority, due.run_at) AS place
                    FROM due) ranked
                LEFT JOIN unnest(?::text[], ?::int[]) AS room (key, free) ON room.key = ranked.concurrency_key
                WHERE room.key IS NULL OR ranked.place <= room.free
            )
            UPDATE {requests} r
            SET state = 'IN_FLIGHT', owner = ?, epoch = r.epoch + 1, claimed_at = clock_timestamp()
            FROM fitting WHERE r.id = fitting.id
            RETURNING r.id, r.epoch, r.attempt, r.recoveries, r.concurrency_key, r.format, r.method, r.host, r.callback,
                r.callback_args, r.request, r.request_ref, r.created_at, r.run_at, r.claimed_at, r.deadline_at, r.trace_context
            """;

    /**
     * Records outcomes, unless this process lost its lease and another one owns the row by now. The cancel flag is read
     * by the UPDATE itself: read earlier, a cancellation in between would be lost. The CASE keeps the planner from the
     * index on the owner, which it would walk once for each row when its statistics are old.
     */
    private static final String COMPLETE = """
            UPDATE {requests} r
            SET state = 'COMPLETED', owner = NULL, completed_at = clock_timestamp(),
                format = GREATEST(r.format, done.format),
                outcome = CASE WHEN r.cancel_requested THEN ? ELSE done.outcome END,
                outcome_ref = CASE WHEN r.cancel_requested THEN NULL ELSE done.reference END
            FROM unnest(?::uuid[], ?::int[], ?::int[], ?::text[], ?::text[])
                AS done (id, epoch, format, outcome, reference)
            WHERE r.id = done.id AND r.epoch = done.epoch
                AND CASE WHEN r.owner = ? AND r.state = 'IN_FLIGHT' THEN TRUE ELSE FALSE END
            RETURNING r.id, r.epoch, r.created_at, r.cancel_requested
            """;

    /**
     * The same for one outcome. The driver makes an array of texts by copying it several times, and this text once.
     */
    private static final String COMPLETE_LARGE = COMPLETE.replace(
            "unnest(?::uuid[], ?::int[], ?::int[], ?::text[], ?::text[])",
            "(VALUES (?::uuid, ?::int, ?::int, ?::text, ?::text))");

    /** Rows that processes died with: few, and all in one index. */
    private static String suspects(String from, String recoveries) {
        return """
                    SELECT c.* FROM %1$s CROSS JOIN LATERAL (
                        SELECT r.id, r.concurrency_key, r.priority, r.run_at FROM {requests} r
                        WHERE %1$s.id IS NOT NULL AND r.state = 'PENDING' AND r.recoveries > 0 AND %2$s
                            AND r.run_at <= now() AND r.concurrency_key <> ALL (?)
                        ORDER BY r.recoveries, r.run_at LIMIT ? FOR UPDATE SKIP LOCKED) c
            """.formatted(from, recoveries);
    }

    private static String branch(int priority) {
        return """
                    UNION ALL
                    SELECT c.* FROM by_priority CROSS JOIN LATERAL (
                        SELECT r.id, r.concurrency_key, r.priority, r.run_at FROM {requests} r
                        WHERE by_priority.id IS NOT NULL AND r.state = 'PENDING' AND r.priority = %d
                            AND r.run_at <= now() AND r.recoveries < ? AND r.concurrency_key <> ALL (?)
                        ORDER BY r.run_at LIMIT ? FOR UPDATE SKIP LOCKED) c
            """.formatted(priority);
    }

    @Override
    public String name() {
        return "postgresql";
    }

    @Override
    public String clock() {
        return "clock_timestamp()";
    }

    @Override
    public String returning(String update, String columns) {
        return update + " RETURNING " + columns;
    }

    @Override
    public String adding(String table, List<String> keys, List<String> sums, String rows) {
        return "INSERT INTO " + table + " AS old (" + String.join(", ", keys) + ", " + String.join(", ", sums) + ") "
                + rows + " ON CONFLICT (" + String.join(", ", keys) + ") DO UPDATE SET "
                + sums.stream()
                        .map(sum -> sum + " = old." + sum + " + excluded." + sum)
                        .collect(Collectors.joining(", "));
    }

    @Override
    public void limit(Connection connection, Duration statement, Duration idle) throws SQLException {
        try (var limits = connection.createStatement()) {
            limits.execute("SET LOCAL statement_timeout = " + statement.toMillis()
                    + "; SET LOCAL idle_in_transaction_session_timeout = " + idle.toMillis());
        }
    }

    @Override
    public void lockSchema(Connection connection, String prefix) throws SQLException {
        try (var lock = connection.prepareStatement("SELECT pg_advisory_xact_lock(hashtext(?))")) {
            lock.setString(1, "patient-http schema " + prefix);
            lock.execute();
        }
    }

    @Override
    public List<ClaimedRequest> claim(Connection connection, Tables tables, ClaimOrder order) throws SQLException {
        var full = order.rooms().entrySet().stream()
                .filter(room -> room.getValue() <= 0)
                .map(room -> room.getKey())
                .toArray(String[]::new);
        var narrow = order.rooms().entrySet().stream()
                .filter(room -> room.getValue() > 0)
                .toList();
        var suspects = order.suspects();
        int most = suspects.maxRecoveries();
        int innocent = Math.max(1, most - 1);
        return Sql.query(
                connection,
                tables.sql(CLAIM),
                Rows::claimed,
                order.owner(),
                most,
                full,
                suspects.secondDegree(),
                full,
                most,
                full,
                suspects.suspects(),
                most - 1,
                full,
                suspects.near(),
                innocent,
                full,
                order.limit(),
                innocent,
                full,
                order.limit(),
                innocent,
                full,
                order.limit(),
                innocent,
                full,
                order.limit(),
                innocent,
                order.limit(),
                full,
                order.limit(),
                order.limit(),
                order.limit(),
                narrow.stream().map(room -> room.getKey()).toArray(String[]::new),
                narrow.stream().map(room -> room.getValue()).toArray(Integer[]::new),
                order.owner());
    }

    @Override
    public List<Recorded> complete(
            Connection connection, Tables tables, UUID owner, List<Completion> completions, String cancelled)
            throws SQLException {
        var recorded = new ArrayList<Recorded>();
        var small = new ArrayList<Completion>();
        for (var done : completions) {
            if (done.outcome().text().length() <= RequestStore.LARGE_OUTCOME) {
                small.add(done);
            } else {
                recorded.addAll(completeLarge(connection, tables, owner, done, cancelled));
            }
        }
        if (!small.isEmpty()) {
            recorded.addAll(completeSmall(connection, tables, owner, small, cancelled));
        }
        return recorded;
    }

    private static List<Recorded> completeLarge(
            Connection connection, Tables tables, UUID owner, Completion done, String cancelled) throws SQLException {
        return Sql.query(
                connection,
                tables.sql(COMPLETE_LARGE),
                Rows::recorded,
                cancelled,
                done.ref().id(),
                done.ref().epoch(),
                done.format(),
                done.outcome().text(),
                done.outcome().reference(),
                owner);
    }

    private static List<Recorded> completeSmall(
            Connection connection, Tables tables, UUID owner, List<Completion> completions, String cancelled)
            throws SQLException {
        return Sql.query(
                connection,
                tables.sql(COMPLETE),
                Rows::recorded,
                cancelled,
                completions.stream().map(done -> done.ref().id()).toArray(UUID[]::new),
                completions.stream().map(done -> done.ref().epoch()).toArray(Integer[]::new),
                completions.stream().map(Completion::format).toArray(Integer[]::new),
                completions.stream().map(done -> done.outcome().text()).toArray(String[]::new),
                completions.stream().map(done -> done.outcome().reference()).toArray(String[]::new),
                owner);
    }
}
