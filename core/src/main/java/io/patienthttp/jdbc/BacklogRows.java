package io.patienthttp.jdbc;

import io.patienthttp.Backlog;
import io.patienthttp.RequestState;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;

/** Counts that stop, and the row that has waited longest. */
final class BacklogRows {

    /**
     * Each state by the index that holds it, and the oldest row by the first entry of each branch of the index of the
     * claim: so it reads no more rows than it counts.
     */
    static final String BACKLOG = """
            SELECT {now} AS read_at,
                (SELECT count(*) FROM (SELECT id FROM {requests} WHERE state = 'PENDING' LIMIT %1$d) p) AS pending,
                (SELECT count(*) FROM (SELECT id FROM {requests}
                    WHERE owner IS NOT NULL AND state = 'IN_FLIGHT' LIMIT %1$d) f) AS in_flight,
                (SELECT count(*) FROM (SELECT id FROM {requests} WHERE state = 'COMPLETED' LIMIT %1$d) c) AS completed,
                (SELECT count(*) FROM (SELECT id FROM {requests} WHERE state = 'DEAD' LIMIT %1$d) d) AS dead,
                (SELECT min(waiting.run_at) FROM (
            %2$s UNION ALL %3$s UNION ALL %4$s UNION ALL %5$s) waiting) AS oldest
            """.formatted(Backlog.MOST, oldest(0), oldest(1), oldest(2), oldest(3));

    private final Tables tables;

    BacklogRows(Tables tables) {
        this.tables = tables;
    }

    private static String oldest(int priority) {
        return "(SELECT run_at FROM {requests} WHERE state = 'PENDING' AND priority = " + priority
                + " ORDER BY run_at LIMIT 1)";
    }

    Backlog read(Connection connection) throws SQLException {
        return Sql.first(connection, tables.sql(BACKLOG), BacklogRows::backlog).orElseThrow();
    }

    private static Backlog backlog(ResultSet row) throws SQLException {
        var counts = Map.of(
                RequestState.PENDING, row.getInt("pending"),
                RequestState.IN_FLIGHT, row.getInt("in_flight"),
                RequestState.COMPLETED, row.getInt("completed"),
                RequestState.DEAD, row.getInt("dead"));
        var now = Sql.instant(row, "read_at");
        var oldest = Optional.ofNullable(row.getObject("oldest", OffsetDateTime.class));
        return new Backlog(
                counts,
                oldest.map(due -> Duration.between(due.toInstant(), now)).filter(age -> !age.isNegative()));
    }
}
