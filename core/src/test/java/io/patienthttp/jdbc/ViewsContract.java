package io.patienthttp.jdbc;

import static io.patienthttp.RequestState.COMPLETED;
import static io.patienthttp.RequestState.DEAD;
import static io.patienthttp.RequestState.IN_FLIGHT;
import static io.patienthttp.RequestState.PENDING;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.RequestLife;
import io.patienthttp.RequestState;
import io.patienthttp.Traffic;
import io.patienthttp.spi.RequestViews.Filter;
import io.patienthttp.spi.TrafficStore.Counted;
import io.patienthttp.spi.TrafficStore.OfHost;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What people look at, on every database: counts that end, lists, the life of a row, traffic; and what it reads. */
abstract class ViewsContract {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final HikariDataSource database = database();
    private final JdbcTransactions transactions = JdbcTransactions.of(database);
    private final JdbcRequestViews views = new JdbcRequestViews(transactions, "patient_http_");
    private final JdbcTrafficStore traffic = new JdbcTrafficStore(transactions, "patient_http_");

    abstract HikariDataSource database();

    /** The plan of a statement that has run with these parameters. */
    abstract String plan(String sql, Object... parameters) throws SQLException;

    /** Whether the plan reads a table from end to end. */
    abstract boolean readsAll(String plan);

    HikariDataSource opened() {
        return database;
    }

    JdbcTrafficStore traffic() {
        return traffic;
    }

    @BeforeEach
    void create() {
        new Schema(transactions, "patient_http_").create();
    }

    @AfterEach
    void close() {
        database.close();
    }

    // requests

    @Test
    void countsEndAtTheirLimit() {
        insert(30, PENDING, 3, 0);
        insert(2, DEAD, 0, 0);

        assertThat(views.countUpTo(10)).isEqualTo(Map.of(PENDING, 10, IN_FLIGHT, 0, COMPLETED, 0, DEAD, 2));
        assertThat(views.countUpTo(100)).isEqualTo(Map.of(PENDING, 30, IN_FLIGHT, 0, COMPLETED, 0, DEAD, 2));
    }

    @Test
    void pendingRequestsAreCountedByHowLongTheyHaveBeenDue() {
        insert(3, PENDING, 0, -3600);
        insert(4, PENDING, 1, 5);
        insert(5, PENDING, 2, 300);
        insert(6, PENDING, 3, 90_000);
        insert(7, DEAD, 3, 90_000);

        assertThat(views.pendingDueFor(List.of(MINUTE, Duration.ofHours(1)), 100))
                .containsExactly(3, 4, 5, 6);
        assertThat(views.pendingDueFor(List.of(MINUTE, Duration.ofHours(1)), 4)).containsExactly(3, 4, 4, 4);
    }

    @ParameterizedTest
    @EnumSource(RequestState.class)
    void theNewestOfAStateComeFirstAndNoOthers(RequestState state) {
        Stream.of(RequestState.values()).forEach(other -> insert(1, other, 1, 10));
        insert(1, state, 0, 1_000);
        insert(1, state, 3, 100);

        var listed = views.newest(state, Filter.ALL, 100, 100);

        assertThat(listed).extracting(RequestLife::priority).containsExactly(1, 3, 0);
        assertThat(listed).extracting(RequestLife::state).containsOnly(state);
        assertThat(views.newest(state, Filter.ALL, 100, 2))
                .extracting(RequestLife::priority)
                .containsExactly(1, 3);
        assertThat(views.newest(state, Filter.ALL, 1, 100)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(RequestState.class)
    void aFilterLeavesWhatMatchesAmongTheNewest(RequestState state) {
        insert(2, state, 1, 10);
        insert(1, state, 1, 1_000);
        update("callback = 'other', host = 'other.test' WHERE " + since(state) + " < "
                + "CURRENT_TIMESTAMP - INTERVAL '900' SECOND");

        assertThat(views.newest(state, new Filter("other", null, null), 100, 100))
                .hasSize(1);
        assertThat(views.newest(state, new Filter(null, "other.test", null), 100, 100))
                .hasSize(1);
        assertThat(views.newest(state, new Filter(null, null, Duration.ofMinutes(5)), 100, 100))
                .hasSize(1);
        assertThat(views.newest(state, new Filter("other", "api.test", null), 100, 100))
                .isEmpty();
        assertThat(views.newest(state, new Filter("other", null, null), 2, 100)).isEmpty();
    }

    @Test
    void theLifeOfARequestIsWhatItsRowKnows() {
        insert(1, DEAD, 2, 60);
        update("last_error = '" + "x".repeat(5_000) + "', outcome = '{\"a\":1}', callback_args = '{}'");
        var listed = views.newest(DEAD, Filter.ALL, 10, 10).get(0);

        var life = views.life(UUID.fromString(listed.id())).orElseThrow();

        assertThat(life)
                .usingRecursiveComparison()
                .ignoringFields("times.readAt")
                .isEqualTo(listed);
        assertThat(life.lastError()).hasSize(RequestLife.ERROR_LENGTH);
        assertThat(life.sizes()).isEqualTo(new RequestLife.Sizes(2, 2, 7));
        assertThat(life.times().deadAt()).isEqualTo(life.times().completedAt());
        assertThat(life.times().deadlineAt()).isNull();
        assertThat(Duration.between(life.times().createdAt(), life.times().readAt()))
                .isBetween(Duration.ofSeconds(60), Duration.ofSeconds(120));
        assertThat(views.life(UUID.randomUUID())).isEmpty();
    }

    /** However many rows there are: each query goes by the index of what it asks for. */
    @Test
    void noQueryReadsTheWholeTable() throws SQLException {
        for (var state : RequestState.values()) {
            insert(rows() / 4, state, 1, 100);
        }
        execute("ANALYZE");
        for (var state : RequestState.values()) {
            var limits = Collections.nCopies(state == PENDING ? 5 : 1, (Object) 1_001);
            var filter = new ArrayList<Object>(limits);
            filter.addAll(Arrays.asList("other", "other", null, null, null, null, 100));

            assertBounded(JdbcRequestViews.count(state), limits);
            if (state != IN_FLIGHT) {
                assertBounded(JdbcRequestViews.newest(state), filter);
            }
        }
        var due = new ArrayList<Object>();
        for (int i = 0; i < 4; i++) {
            due.addAll(List.of(0L, 3_600_000L, 1_001));
        }
        assertBounded(JdbcRequestViews.PENDING_DUE, due);
        assertBounded(OutcomeRows.DELETE_OLD_DEAD, List.of(0L, 1_000));
        assertThat(plan(sql(OutcomeRows.DELETE_OLD_DEAD), 0L, 1_000))
                .containsIgnoringCase("patient_http_requests_dead");
        assertBounded(JdbcTrafficStore.BY_HOST, List.of(60_000L, 20));
        assertBounded(JdbcTrafficStore.BY_MINUTE, List.of(60_000L));
        assertBounded(JdbcTrafficStore.DELETE_OLDER, List.of(86_400_000L));
    }

    /** Enough for a planner to care. */
    int rows() {
        return 400;
    }

    private void assertBounded(String statement, List<Object> parameters) throws SQLException {
        var plan = plan(sql(statement), parameters.toArray());

        assertThat(plan).as(plan).matches(text -> !readsAll(text));
    }

    private String sql(String statement) {
        return new Tables("patient_http_", transactions.dialect()).sql(statement);
    }

    // traffic

    @Test
    void countsOfOneMinuteAreAddedUp() {
        traffic.add(List.of(counted(0, "a.test", 3), counted(0, "b.test", 5)));
        traffic.add(List.of(counted(0, "a.test", 4), counted(1, "a.test", 1)));

        assertThat(traffic.byHost(Duration.ofHours(1), 10))
                .containsExactly(new OfHost("a.test", traffic(8)), new OfHost("b.test", traffic(5)));
        assertThat(traffic.byHost(Duration.ofHours(1), 1)).hasSize(1);
        var minutes = traffic.byMinute(Duration.ofHours(1));
        assertThat(minutes).extracting(minute -> minute.traffic().requests()).containsExactly(1L, 12L);
        assertThat(Duration.between(minutes.get(0).minute(), minutes.get(1).minute()))
                .isEqualTo(MINUTE);
    }

    @Test
    void oldMinutesAreDeleted() {
        traffic.add(List.of(counted(120, "a.test", 1), counted(1, "a.test", 2)));

        traffic.deleteOlder(Duration.ofHours(1));

        assertThat(traffic.byMinute(Duration.ofDays(1)))
                .singleElement()
                .extracting(minute -> minute.traffic().requests())
                .isEqualTo(2L);
    }

    static Counted counted(int minutesAgo, String host, long requests) {
        return new Counted(MINUTE.multipliedBy(minutesAgo), host, traffic(requests));
    }

    private static Traffic traffic(long requests) {
        var histogram = new ArrayList<>(Collections.nCopies(Traffic.BOUNDS.size(), 0L));
        histogram.add(4, requests);
        return new Traffic(
                requests,
                requests,
                2 * requests,
                3 * requests,
                4 * requests,
                Duration.ofMillis(700 * requests),
                histogram);
    }

    // rows

    private static String since(RequestState state) {
        return switch (state) {
            case PENDING -> "run_at";
            case IN_FLIGHT -> "claimed_at";
            case COMPLETED -> "completed_at";
            case DEAD -> "dead_at";
        };
    }

    /** Rows of a state that came into it so long ago. */
    private void insert(int rows, RequestState state, int priority, int seconds) {
        var then = "CURRENT_TIMESTAMP - " + seconds + " * INTERVAL '1' SECOND";
        var claimed = state == PENDING ? "NULL" : then;
        var completed = state == COMPLETED || state == DEAD ? then : "NULL";
        execute("""
                INSERT INTO patient_http_requests (id, state, owner, epoch, attempt, recoveries, priority, run_at,
                    concurrency_key, cancel_requested, callback, method, host, format, request, created_at, claimed_at,
                    completed_at, dead_at)
                SELECT %s, '%s', %s, 1, 1, 0, %d, %s, 'api.test', FALSE, 'callback', 'GET', 'api.test', 1, '{}', %s,
                    %s, %s, %s
                FROM %s
                """.formatted(
                        randomId(),
                        state,
                        state == IN_FLIGHT ? "CAST('00000000-0000-0000-0000-000000000001' AS UUID)" : "NULL",
                        priority,
                        then,
                        then,
                        claimed,
                        completed,
                        state == DEAD ? then : "NULL",
                        series(rows)));
    }

    abstract String randomId();

    abstract String series(int rows);

    private void update(String assignment) {
        execute("UPDATE patient_http_requests SET " + assignment);
    }

    void execute(String sql) {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
