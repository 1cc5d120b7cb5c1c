package io.patienthttp.jdbc;

import io.patienthttp.CancelResult;
import io.patienthttp.RequestState;
import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore.Cancellation;
import io.patienthttp.spi.RequestStore.NewRequest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The first half of a row's life: enqueue, release, cancel. Claim and complete are the dialect's. */
final class RequestRows {

    private static final String INSERT = """
            INSERT INTO {requests} (id, state, epoch, attempt, recoveries, priority, run_at, deadline_at, concurrency_key,
                cancel_requested, callback, method, host, format, callback_args, request, request_ref, trace_context,
                created_at)
            VALUES (?, 'PENDING', 0, 1, 0, ?, {now} + CAST(? AS BIGINT) * INTERVAL '0.001' SECOND,
                {now} + CAST(? AS BIGINT) * INTERVAL '0.001' SECOND, ?,
                FALSE, ?, ?, ?, ?, ?, ?, ?, ?, {now})
            """;

    /** Hands a row back, or completes it if it was cancelled: every exit does. Counts neither as attempt nor recovery. */
    private static final String RELEASE = """
            UPDATE {requests}
            SET state = CASE WHEN cancel_requested THEN 'COMPLETED' ELSE 'PENDING' END,
                outcome = CASE WHEN cancel_requested THEN CAST(? AS TEXT) ELSE outcome END,
                completed_at = CASE WHEN cancel_requested THEN {now} ELSE completed_at END,
                run_at = COALESCE({now} + CAST(? AS BIGINT) * INTERVAL '0.001' SECOND, run_at),
                owner = NULL
            """;

    private static final String RELEASE_ALL = RELEASE + "WHERE owner = ? AND state = 'IN_FLIGHT'";

    /** By the primary key, not by the index on the owner: see OutcomeRows.REMOVE. */
    static final String RELEASE_THESE = RELEASE + """
            WHERE id = ANY (?) AND CASE WHEN owner = ? AND state = 'IN_FLIGHT' THEN TRUE ELSE FALSE END
                AND (id, epoch) IN (SELECT * FROM UNNEST(CAST(? AS UUID ARRAY), CAST(? AS INTEGER ARRAY)))
            """;

    private static final String OWNED = "SELECT id, epoch FROM {requests} WHERE owner = ? AND state = 'IN_FLIGHT'";

    private static final String CANCEL_REQUESTED =
            "SELECT id, epoch FROM {requests} WHERE owner = ? AND state = 'IN_FLIGHT' AND cancel_requested";

    /**
     * One conditional UPDATE, which does not wait for a running callback: that holds a COMPLETED row. Only a row of epoch
     * 0 was never claimed: any other may have been sent before it became PENDING again.
     */
    private static final String CANCEL = """
            UPDATE {requests}
            SET cancel_requested = TRUE,
                state = CASE WHEN state = 'PENDING' THEN 'COMPLETED' ELSE state END,
                outcome = CASE WHEN state = 'PENDING' AND epoch = 0 THEN CAST(? AS TEXT)
                    WHEN state = 'PENDING' THEN CAST(? AS TEXT) ELSE outcome END,
                completed_at = CASE WHEN state = 'PENDING' THEN {now} ELSE completed_at END
            WHERE id = ? AND state IN ('PENDING', 'IN_FLIGHT') AND NOT cancel_requested
            """;

    private static final String FLAGS = "SELECT state, cancel_requested FROM {requests} WHERE id = ?";

    private final Tables tables;
    private final String cancelledOutcome;
    private final String cancelledUnsentOutcome;

    RequestRows(Tables tables, String cancelledOutcome, String cancelledUnsentOutcome) {
        this.tables = tables;
        this.cancelledOutcome = cancelledOutcome;
        this.cancelledUnsentOutcome = cancelledUnsentOutcome;
    }

    int insert(Connection connection, List<NewRequest> requests) throws SQLException {
        try (var statement = connection.prepareStatement(tables.sql(INSERT))) {
            for (var request : requests) {
                Sql.bind(
                        statement,
                        request.id(),
                        request.priority(),
                        request.delay(),
                        request.expiresAfter(),
                        request.concurrencyKey(),
                        request.callback(),
                        request.method(),
                        request.host(),
                        request.format(),
                        request.callbackArgs(),
                        request.request().text(),
                        request.request().reference(),
                        request.traceContext());
                statement.addBatch();
            }
            return statement.executeBatch().length;
        }
    }

    List<CallbackJob> release(Connection connection, UUID owner, Collection<RequestRef> refs, Duration delay)
            throws SQLException {
        var ids = refs.stream().map(RequestRef::id).toArray(UUID[]::new);
        var released = Sql.query(
                connection,
                tables.returning(RELEASE_THESE, "id, epoch, state, created_at"),
                RequestRows::jobIfCompleted,
                cancelledOutcome,
                delay.isZero() ? null : delay,
                ids,
                owner,
                ids,
                refs.stream().map(RequestRef::epoch).toArray(Integer[]::new));
        return released.stream().flatMap(Optional::stream).toList();
    }

    List<CallbackJob> releaseAll(Connection connection, UUID owner) throws SQLException {
        var released = Sql.query(
                connection,
                tables.returning(RELEASE_ALL, "id, epoch, state, created_at"),
                RequestRows::jobIfCompleted,
                cancelledOutcome,
                null,
                owner);
        return released.stream().flatMap(Optional::stream).toList();
    }

    static Optional<CallbackJob> jobIfCompleted(ResultSet row) throws SQLException {
        return Rows.state(row) == RequestState.COMPLETED ? Optional.of(Rows.job(row)) : Optional.empty();
    }

    List<RequestRef> ownedBy(Connection connection, UUID owner) throws SQLException {
        return Sql.query(connection, tables.sql(OWNED), Rows::ref, owner);
    }

    List<RequestRef> cancelRequested(Connection connection, UUID owner) throws SQLException {
        return Sql.query(connection, tables.sql(CANCEL_REQUESTED), Rows::ref, owner);
    }

    Cancellation cancel(Connection connection, UUID id) throws SQLException {
        while (true) {
            var changed = Sql.first(
                    connection,
                    tables.returning(CANCEL, "id, epoch, state, created_at"),
                    RequestRows::jobIfCompleted,
                    cancelledUnsentOutcome,
                    cancelledOutcome,
                    id);
            if (changed.isPresent()) {
                return new Cancellation(CancelResult.CANCELLED, changed.get());
            }
            var found = Sql.first(connection, tables.sql(FLAGS), RequestRows::unchanged, id);
            if (found.isEmpty()) {
                return new Cancellation(CancelResult.NOT_FOUND, Optional.empty());
            }
            if (found.get().isPresent()) {
                return new Cancellation(found.get().get(), Optional.empty());
            }
        }
    }

    /** What the answer is if the flag was not set now; empty if the row became cancellable in between. */
    private static Optional<CancelResult> unchanged(ResultSet row) throws SQLException {
        if (row.getBoolean("cancel_requested")) {
            return Optional.of(CancelResult.CANCELLED);
        }
        return switch (Rows.state(row)) {
            case COMPLETED, DEAD -> Optional.of(CancelResult.TOO_LATE);
            case PENDING, IN_FLIGHT -> Optional.empty();
        };
    }
}
