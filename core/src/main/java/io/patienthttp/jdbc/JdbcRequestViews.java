package io.patienthttp.jdbc;

import io.patienthttp.RequestLife;
import io.patienthttp.RequestState;
import io.patienthttp.RequestStatus.Attempts;
import io.patienthttp.spi.RequestViews;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Views on the table of {@link JdbcRequestStore}. Each query walks the index of the state that it asks for, in its order,
 * so that the planner has no reason to read the table, and ends at its limit.
 */
public final class JdbcRequestViews implements RequestViews {

    private static final List<Integer> PRIORITIES = List.of(0, 1, 2, 3);

    private static final String COLUMNS = """
            id, state, callback, method, host, concurrency_key, priority, epoch, attempt, recoveries, cancel_requested,
            owner, SUBSTRING(last_error FROM 1 FOR %d) AS error, created_at, run_at, deadline_at, claimed_at,
            completed_at, dead_at, {now} AS read_at, OCTET_LENGTH(request) AS request_size,
            OCTET_LENGTH(callback_args) AS args_size, OCTET_LENGTH(outcome) AS outcome_size
            """.formatted(RequestLife.ERROR_LENGTH);

    private static final String LIFE = "SELECT " + COLUMNS + "FROM {requests} WHERE id = ?";

    static final String PENDING_DUE = "SELECT count(*) FROM ("
            + PRIORITIES.stream().map(priority -> """
                            (SELECT 1 AS one FROM {requests} WHERE state = 'PENDING' AND priority = %d
                                AND run_at > (SELECT {now} - CAST(? AS BIGINT) * INTERVAL '0.001' SECOND)
                                AND run_at <= (SELECT {now} - CAST(? AS BIGINT) * INTERVAL '0.001' SECOND)
                                ORDER BY run_at LIMIT ?)
                            """.formatted(priority)).collect(Collectors.joining(" UNION ALL "))
            + ") AS due";

    /** Beyond what may be waited for: the store takes a request for at most a year. */
    private static final Duration LONGEST = Duration.ofDays(10_000);

    private final JdbcTransactions transactions;
    private final Tables tables;

    /** Views on the tables of that prefix. */
    public JdbcRequestViews(JdbcTransactions transactions, String tablePrefix) {
        this.transactions = transactions;
        this.tables = new Tables(tablePrefix, transactions.dialect());
    }

    /** How many rows of a state there are, up to a limit, which is bound as often as {@link #limits} says. */
    static String count(RequestState state) {
        return "SELECT count(*) FROM (" + first("1 AS one", state, "") + ") AS counted";
    }

    static String newest(RequestState state) {
        return "SELECT * FROM (" + first(COLUMNS + ", " + order(state) + " AS since", state, " DESC") + """
                ) AS newest
                WHERE (CAST(? AS VARCHAR) IS NULL OR callback = ?) AND (CAST(? AS VARCHAR) IS NULL OR host = ?)
                    AND (CAST(? AS BIGINT) IS NULL
                        OR created_at < read_at - CAST(? AS BIGINT) * INTERVAL '0.001' SECOND)
                ORDER BY since DESC, id DESC LIMIT ?
                """;
    }

    private static String order(RequestState state) {
        return switch (state) {
            case PENDING -> "run_at";
            case IN_FLIGHT -> "claimed_at";
            case COMPLETED -> "completed_at";
            case DEAD -> "dead_at";
        };
    }

    /**
     * The first rows of a state in the order of its index. Pending ones have an order for each priority; those in flight
     * have none, but are as few as all processes have room for.
     */
    private static String first(String columns, RequestState state, String direction) {
        return switch (state) {
            case PENDING ->
                "SELECT * FROM ("
                        + PRIORITIES.stream()
                                .map(priority -> "(SELECT " + columns
                                        + " FROM {requests} WHERE state = 'PENDING' AND priority = " + priority
                                        + " ORDER BY run_at" + direction + " LIMIT ?)")
                                .collect(Collectors.joining(" UNION ALL "))
                        + ") AS prioritized" + (direction.isEmpty() ? "" : " ORDER BY since DESC") + " LIMIT ?";
            case IN_FLIGHT ->
                "SELECT " + columns + " FROM {requests} WHERE owner IS NOT NULL AND state = 'IN_FLIGHT'"
                        + (direction.isEmpty() ? " ORDER BY owner" : " ORDER BY claimed_at DESC") + " LIMIT ?";
            case COMPLETED, DEAD ->
                "SELECT " + columns + " FROM {requests} WHERE state = '" + state + "' ORDER BY " + order(state)
                        + direction + ", id" + direction + " LIMIT ?";
        };
    }

    @Override
    public Map<RequestState, Integer> countUpTo(int limit) {
        return transactions.reading("count requests", c -> {
            var counts = new EnumMap<RequestState, Integer>(RequestState.class);
            for (var state : RequestState.values()) {
                var parameters = limits(state, limit);
                int count = Sql.first(c, tables.sql(count(state)), row -> row.getInt(1), parameters.toArray())
                        .orElseThrow();
                counts.put(state, Math.min(limit, count));
            }
            return counts;
        });
    }

    private static List<@Nullable Object> limits(RequestState state, int limit) {
        int parts = state == RequestState.PENDING ? PRIORITIES.size() + 1 : 1;
        return IntStream.range(0, parts).mapToObj(part -> limit).collect(Collectors.toCollection(ArrayList::new));
    }

    @Override
    public List<Integer> pendingDueFor(List<Duration> ages, int limit) {
        var bounds = new ArrayList<>(List.of(LONGEST.negated(), Duration.ZERO));
        bounds.addAll(ages);
        bounds.add(LONGEST);
        return transactions.reading("count pending requests", c -> {
            var counts = new ArrayList<Integer>();
            for (int i = 1; i < bounds.size(); i++) {
                var parameters = new ArrayList<Object>();
                for (int priority = 0; priority < PRIORITIES.size(); priority++) {
                    parameters.addAll(List.of(bounds.get(i), bounds.get(i - 1), limit));
                }
                int count = Sql.first(c, tables.sql(PENDING_DUE), row -> row.getInt(1), parameters.toArray())
                        .orElseThrow();
                counts.add(Math.min(limit, count));
            }
            return counts;
        });
    }

    @Override
    public List<RequestLife> newest(RequestState state, Filter filter, int scan, int limit) {
        var parameters = limits(state, scan);
        parameters.add(filter.callback());
        parameters.add(filter.callback());
        parameters.add(filter.host());
        parameters.add(filter.host());
        parameters.add(filter.enqueuedBefore());
        parameters.add(filter.enqueuedBefore());
        parameters.add(limit);
        return transactions.reading(
                "list requests",
                c -> Sql.query(c, tables.sql(newest(state)), JdbcRequestViews::read, parameters.toArray()));
    }

    @Override
    public Optional<RequestLife> life(UUID id) {
        return transactions.reading(
                "read request " + id, c -> Sql.first(c, tables.sql(LIFE), JdbcRequestViews::read, id));
    }

    private static RequestLife read(ResultSet row) throws SQLException {
        var owner = row.getObject("owner", UUID.class);
        return new RequestLife(
                Sql.uuid(row, "id").toString(),
                Rows.state(row),
                row.getString("callback"),
                row.getString("method"),
                row.getString("host"),
                row.getString("concurrency_key"),
                row.getInt("priority"),
                row.getInt("epoch"),
                new Attempts(row.getInt("attempt"), row.getInt("recoveries"), row.getBoolean("cancel_requested")),
                owner == null ? null : owner.toString(),
                row.getString("error"),
                new RequestLife.Times(
                        Sql.instant(row, "created_at"),
                        Sql.instant(row, "run_at"),
                        instant(row, "deadline_at"),
                        instant(row, "claimed_at"),
                        instant(row, "completed_at"),
                        instant(row, "dead_at"),
                        Sql.instant(row, "read_at")),
                new RequestLife.Sizes(
                        row.getLong("request_size"), row.getLong("args_size"), row.getLong("outcome_size")));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column) == null ? null : Sql.instant(row, column);
    }
}
