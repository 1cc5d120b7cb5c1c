package io.patienthttp.jdbc;

import io.patienthttp.RequestState;
import io.patienthttp.RequestStatus;
import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.CompletedRow;
import io.patienthttp.spi.RequestStore.StoredOutcome;
import io.patienthttp.spi.RequestStore.StoredRequest;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The second half of a row's life: delivery, dead letters, what the sweep and the operator do. */
final class OutcomeRows {

    /** PostgreSQL knows the length of a value without reading it from where it keeps large ones. */
    private static final String OUTCOME_COLUMNS =
            "id, state, epoch, format, attempt, method, host, callback, callback_args, outcome_ref,"
                    + " trace_context, completed_at,"
                    + " CASE WHEN OCTET_LENGTH(outcome) <= " + RequestStore.LARGE_OUTCOME
                    + " THEN outcome END AS outcome, OCTET_LENGTH(outcome) AS outcome_size, {now} AS read_at";

    private static final String OUTCOMES = "SELECT " + OUTCOME_COLUMNS + " FROM {requests} WHERE id = ANY (?)";

    /** The lock makes two runs of the same job take turns, and the second one find the row gone. */
    private static final String LOCK_OUTCOME = "SELECT " + OUTCOME_COLUMNS + " FROM {requests} WHERE id = ? FOR UPDATE";

    private static final String OUTCOME_TEXT = "SELECT outcome FROM {requests} WHERE id = ? AND outcome IS NOT NULL";

    private static final String REQUEST =
            "SELECT format, method, host, callback, callback_args, request, request_ref FROM {requests} WHERE id = ?";

    /**
     * By the primary key: H2 takes no index for a pair in a list, and the CASE keeps PostgreSQL from the index of
     * completed rows, which it would walk once for each row while its statistics are old.
     */
    static final String REMOVE = """
            DELETE FROM {requests}
            WHERE id = ANY (?) AND CASE WHEN state = 'COMPLETED' THEN TRUE ELSE FALSE END
                AND (id, epoch) IN (SELECT * FROM UNNEST(CAST(? AS UUID ARRAY), CAST(? AS INTEGER ARRAY)))
            """;

    private static final String DEAD_LETTER = """
            UPDATE {requests} SET state = 'DEAD', dead_at = {now}, last_error = ?
            WHERE id = ? AND epoch = ? AND state = 'COMPLETED'
            """;

    private static final String COMPLETED_BEFORE = """
            SELECT id, epoch, completed_at FROM {requests}
            WHERE state = 'COMPLETED' AND completed_at < {now} - CAST(? AS BIGINT) * INTERVAL '0.001' SECOND
                AND (completed_at, id) > (?, ?)
            ORDER BY completed_at, id LIMIT ?
            """;

    /** An epoch has at most one job, so a new job needs a new epoch. */
    private static final String RENEW =
            "UPDATE {requests} SET epoch = epoch + 1 WHERE id = ? AND epoch = ? AND state = 'COMPLETED'";

    private static final String REFERENCES = """
            SELECT request_ref, outcome_ref FROM {requests}
            WHERE id = ANY (?) AND (request_ref IS NOT NULL OR outcome_ref IS NOT NULL)
            """;

    private static final String INSTALLATION = "SELECT installation_id FROM {schema}";

    private static final String STATUS = """
            SELECT id, state, attempt, recoveries, cancel_requested, callback, created_at, last_error
            FROM {requests} WHERE id = ?
            """;

    private static final String COUNTS = "SELECT state, count(*) AS n FROM {requests} GROUP BY state";

    private static final String DELIVER_AGAIN = """
            UPDATE {requests}
            SET state = 'COMPLETED', epoch = epoch + 1, completed_at = {now}, dead_at = NULL, last_error = NULL
            WHERE id = ? AND state = 'DEAD'
            """;

    private static final String SEND_AGAIN = """
            UPDATE {requests}
            SET state = 'PENDING', epoch = epoch + 1, attempt = 1, recoveries = 0, run_at = {now}, deadline_at = NULL,
                cancel_requested = FALSE, outcome = NULL, outcome_ref = NULL, completed_at = NULL,
                claimed_at = NULL, dead_at = NULL, last_error = NULL
            WHERE id = ? AND state = 'DEAD'
            """;

    private static final String DELETE_DEAD = "DELETE FROM {requests} WHERE id = ? AND state = 'DEAD'";

    /** The age in a query of its own, which is computed once: else no index is bounded by it. */
    static final String DELETE_OLD_DEAD = """
            DELETE FROM {requests} WHERE state = 'DEAD' AND id IN (
                SELECT id FROM {requests}
                WHERE state = 'DEAD' AND dead_at < (SELECT {now} - CAST(? AS BIGINT) * INTERVAL '0.001' SECOND)
                ORDER BY dead_at, id LIMIT ?)
            """;

    private static final UUID LOWEST_ID = new UUID(0, 0);

    private final Tables tables;

    OutcomeRows(Tables tables) {
        this.tables = tables;
    }

    Map<UUID, StoredOutcome> outcomes(Connection connection, Collection<UUID> ids) throws SQLException {
        var found = new HashMap<UUID, StoredOutcome>();
        for (var outcome :
                Sql.query(connection, tables.sql(OUTCOMES), Rows::outcome, (Object) ids.toArray(UUID[]::new))) {
            found.put(outcome.ref().id(), outcome);
        }
        return found;
    }

    Optional<byte[]> outcomeText(Connection connection, UUID id) throws SQLException {
        return Sql.first(connection, tables.sql(OUTCOME_TEXT), row -> row.getBytes("outcome"), id);
    }

    Optional<StoredOutcome> lockOutcome(Connection connection, UUID id) throws SQLException {
        return Sql.first(connection, tables.sql(LOCK_OUTCOME), Rows::outcome, id);
    }

    Optional<StoredRequest> request(Connection connection, UUID id) throws SQLException {
        return Sql.first(connection, tables.sql(REQUEST), Rows::request, id);
    }

    int remove(Connection connection, Collection<RequestRef> refs) throws SQLException {
        var ids = refs.stream().map(RequestRef::id).toArray(UUID[]::new);
        return Sql.update(
                connection,
                tables.sql(REMOVE),
                ids,
                ids,
                refs.stream().map(RequestRef::epoch).toArray(Integer[]::new));
    }

    boolean deadLetter(Connection connection, RequestRef ref, String lastError) throws SQLException {
        return Sql.update(connection, tables.sql(DEAD_LETTER), lastError, ref.id(), ref.epoch()) == 1;
    }

    List<CompletedRow> completedBefore(Connection connection, Duration age, @Nullable CompletedRow after, int limit)
            throws SQLException {
        return Sql.query(
                connection,
                tables.sql(COMPLETED_BEFORE),
                Rows::completed,
                age,
                after == null ? Instant.EPOCH : after.completedAt(),
                after == null ? LOWEST_ID : after.ref().id(),
                limit);
    }

    Optional<CallbackJob> renew(Connection connection, RequestRef ref) throws SQLException {
        return Sql.first(
                connection, tables.returning(RENEW, "id, epoch, created_at"), Rows::job, ref.id(), ref.epoch());
    }

    Set<String> references(Connection connection, Collection<UUID> ids) throws SQLException {
        return Sql.query(
                        connection,
                        tables.sql(REFERENCES),
                        row -> Stream.of(row.getString("request_ref"), row.getString("outcome_ref")),
                        (Object) ids.toArray(UUID[]::new))
                .stream()
                .flatMap(both -> both.filter(Objects::nonNull))
                .collect(Collectors.toSet());
    }

    UUID installation(Connection connection) throws SQLException {
        return Sql.first(connection, tables.sql(INSTALLATION), row -> Sql.uuid(row, "installation_id"))
                .orElseThrow(() -> new IllegalStateException("the table of the schema's version has no row"));
    }

    Optional<RequestStatus> find(Connection connection, UUID id) throws SQLException {
        return Sql.first(connection, tables.sql(STATUS), Rows::status, id);
    }

    Map<RequestState, Long> counts(Connection connection) throws SQLException {
        var counts = new EnumMap<RequestState, Long>(RequestState.class);
        for (var state : RequestState.values()) {
            counts.put(state, 0L);
        }
        Sql.query(connection, tables.sql(COUNTS), row -> counts.put(Rows.state(row), row.getLong("n")));
        return counts;
    }

    Optional<CallbackJob> deliverAgain(Connection connection, UUID id) throws SQLException {
        return Sql.first(connection, tables.returning(DELIVER_AGAIN, "id, epoch, created_at"), Rows::job, id);
    }

    boolean sendAgain(Connection connection, UUID id) throws SQLException {
        return Sql.update(connection, tables.sql(SEND_AGAIN), id) == 1;
    }

    int deleteDead(Connection connection, Duration age, int limit) throws SQLException {
        return Sql.update(connection, tables.sql(DELETE_OLD_DEAD), age, limit);
    }

    boolean deleteDead(Connection connection, UUID id) throws SQLException {
        return Sql.update(connection, tables.sql(DELETE_DEAD), id) == 1;
    }
}
