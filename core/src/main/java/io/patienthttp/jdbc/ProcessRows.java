package io.patienthttp.jdbc;

import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.RequestStore.ProcessRow;
import io.patienthttp.spi.RequestStore.Reclaimed;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Processes, their leases, and what becomes of the rows of one that died. */
final class ProcessRows {

    /** Does nothing if it is there: the answer to an earlier try may have been lost. */
    private static final String REGISTER = """
            INSERT INTO {processes} (id, host, pid, version, started_at, last_seen_at, healthy_since, lease_ms,
                engine_name, max_in_flight, in_flight)
            SELECT CAST(? AS UUID), CAST(? AS VARCHAR), CAST(? AS BIGINT), CAST(? AS VARCHAR), {now}, {now}, {now},
                CAST(? AS BIGINT), CAST(? AS VARCHAR), CAST(? AS INTEGER), CAST(? AS INTEGER)
            WHERE NOT EXISTS (SELECT 1 FROM {processes} WHERE id = ?)
            """;

    /** A beat that comes more than two heartbeats late makes the process healthy from now on only. */
    private static final String BEAT = """
            UPDATE {processes}
            SET healthy_since = CASE
                    WHEN last_seen_at + CAST(? AS BIGINT) * INTERVAL '0.002' SECOND < {now} THEN {now}
                    ELSE healthy_since END,
                last_seen_at = {now}, in_flight = ?
            WHERE id = ?
            """;

    private static final String DEREGISTER = "DELETE FROM {processes} WHERE id = ?";

    /**
     * Locks one expired process: whoever locks it reclaims it, and it cannot claim meanwhile. Only a process that beats
     * and has been healthy for two heartbeats judges others: after an outage everybody's lease is over. The engine of a
     * process that goes on under another id is alive: its jobs are not to be freed.
     */
    private static final String LOCK_EXPIRED = """
            SELECT id, CASE WHEN EXISTS (SELECT 1 FROM {processes} other
                WHERE other.engine_name = dead.engine_name AND other.id <> dead.id) THEN NULL ELSE engine_name END
                AS dead_engine
            FROM {processes} dead
            WHERE last_seen_at + lease_ms * INTERVAL '0.001' SECOND < {now}
                AND EXISTS (SELECT 1 FROM {processes} self WHERE self.id = ?
                    AND self.last_seen_at + CAST(? AS BIGINT) * INTERVAL '0.002' SECOND > {now}
                    AND self.healthy_since + CAST(? AS BIGINT) * INTERVAL '0.002' SECOND < {now})
            ORDER BY last_seen_at LIMIT 1 FOR UPDATE SKIP LOCKED
            """;

    /**
     * Gives back the rows of one owner. A statement of its own, after the lock: in one statement with it, rows claimed
     * between its snapshot and the lock are lost. A row that was recovered more often than allowed is given up, if it was
     * the only one: beside others it may be as innocent as they are.
     */
    private static final String RECLAIM = """
            UPDATE {requests}
            SET state = CASE WHEN cancel_requested OR recoveries > ? THEN 'COMPLETED' ELSE 'PENDING' END,
                outcome = CASE WHEN cancel_requested THEN CAST(? AS TEXT)
                    WHEN recoveries > ? THEN CAST(? AS TEXT) ELSE outcome END,
                completed_at = CASE WHEN cancel_requested OR recoveries > ? THEN {now} ELSE completed_at END,
                recoveries = recoveries + 1,
                owner = NULL
            WHERE owner = ? AND state = 'IN_FLIGHT'
            """;

    private static final String IN_FLIGHT = "SELECT count(*) FROM {requests} WHERE owner = ? AND state = 'IN_FLIGHT'";

    /** Owners of rows in flight that are not registered. Read first, updated by owner later: see RECLAIM. */
    private static final String UNREGISTERED_OWNERS = """
            SELECT DISTINCT owner FROM {requests} r
            WHERE owner IS NOT NULL AND state = 'IN_FLIGHT'
                AND NOT EXISTS (SELECT 1 FROM {processes} p WHERE p.id = r.owner)
            """;

    private static final String ALL = """
            SELECT id, host, pid, version, lease_ms, engine_name, max_in_flight, in_flight, started_at, last_seen_at
            FROM {processes} ORDER BY started_at, id
            """;

    private final Tables tables;
    private final String cancelledOutcome;
    private final String exhaustedOutcome;

    ProcessRows(Tables tables, String cancelledOutcome, String exhaustedOutcome) {
        this.tables = tables;
        this.cancelledOutcome = cancelledOutcome;
        this.exhaustedOutcome = exhaustedOutcome;
    }

    int register(Connection connection, ProcessRow process) throws SQLException {
        return Sql.update(
                connection,
                tables.sql(REGISTER),
                process.id(),
                process.host(),
                process.pid(),
                process.version(),
                process.lease(),
                process.engineName(),
                process.maxInFlight(),
                process.inFlight(),
                process.id());
    }

    boolean beat(Connection connection, UUID process, Duration heartbeat, int inFlight) throws SQLException {
        return Sql.update(connection, tables.sql(BEAT), heartbeat, inFlight, process) == 1;
    }

    int deregister(Connection connection, UUID process) throws SQLException {
        return Sql.update(connection, tables.sql(DEREGISTER), process);
    }

    Optional<Reclaimed> reclaimExpired(Connection connection, UUID self, Duration heartbeat, int maxRecoveries)
            throws SQLException {
        var locked = Sql.first(
                connection,
                tables.sql(LOCK_EXPIRED),
                row -> new Dead(Sql.uuid(row, "id"), row.getString("dead_engine")),
                self,
                heartbeat,
                heartbeat);
        if (locked.isEmpty()) {
            return Optional.empty();
        }
        var dead = locked.get();
        var rows = reclaim(connection, dead.id(), maxRecoveries);
        deregister(connection, dead.id());
        return Optional.of(reclaimed(dead.id(), dead.engineName(), rows));
    }

    Reclaimed reclaimUnowned(Connection connection, int maxRecoveries) throws SQLException {
        var owners = Sql.query(connection, tables.sql(UNREGISTERED_OWNERS), row -> Sql.uuid(row, "owner"));
        var rows = new ArrayList<Optional<CallbackJob>>();
        for (var owner : owners) {
            rows.addAll(reclaim(connection, owner, maxRecoveries));
        }
        return reclaimed(null, null, rows);
    }

    private List<Optional<CallbackJob>> reclaim(Connection connection, UUID owner, int maxRecoveries)
            throws SQLException {
        int inFlight = Sql.first(connection, tables.sql(IN_FLIGHT), row -> row.getInt(1), owner)
                .orElseThrow();
        int most = inFlight == 1 ? maxRecoveries : Integer.MAX_VALUE;
        return Sql.query(
                connection,
                tables.returning(RECLAIM, "id, epoch, state, created_at"),
                RequestRows::jobIfCompleted,
                most,
                cancelledOutcome,
                most,
                exhaustedOutcome,
                most,
                owner);
    }

    private static Reclaimed reclaimed(
            @Nullable UUID process, @Nullable String engineName, List<Optional<CallbackJob>> rows) {
        var completed = rows.stream().flatMap(Optional::stream).toList();
        return new Reclaimed(process, engineName, rows.size() - completed.size(), completed);
    }

    List<ProcessRow> all(Connection connection) throws SQLException {
        return Sql.query(connection, tables.sql(ALL), Rows::process);
    }

    private record Dead(UUID id, @Nullable String engineName) {}
}
