package io.patienthttp.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.f4b6a3.uuid.UuidCreator;
import io.patienthttp.Backlog;
import io.patienthttp.RequestState;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.NewRequest;
import io.patienthttp.spi.RequestStore.Value;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the backlog tells, and what it costs. */
abstract class BacklogContract {

    DataSource dataSource;
    private JdbcTransactions transactions;
    private RequestStore store;

    abstract DataSource database();

    @BeforeEach
    void createStore() {
        dataSource = database();
        transactions = JdbcTransactions.of(dataSource);
        new Schema(transactions, "patient_http_").create();
        store = new JdbcRequestStore(transactions, "patient_http_", "cancelled", "unsent", "exhausted");
    }

    @AfterEach
    void closeDatabase() throws Exception {
        ((AutoCloseable) dataSource).close();
    }

    @Test
    void withoutRowsAllIsZeroAndNothingWaits() {
        var backlog = store.backlog();

        assertThat(backlog.counts())
                .isEqualTo(Map.of(
                        RequestState.PENDING, 0,
                        RequestState.IN_FLIGHT, 0,
                        RequestState.COMPLETED, 0,
                        RequestState.DEAD, 0));
        assertThat(backlog.oldestPendingAge()).isEmpty();
    }

    @Test
    void eachStateIsCounted() throws SQLException {
        insert(1, Duration.ZERO, 5);
        change("state = 'IN_FLIGHT', owner = '" + UUID.randomUUID() + "'", insert(1, Duration.ZERO, 4));
        change("state = 'COMPLETED'", insert(1, Duration.ZERO, 3));
        change("state = 'DEAD'", insert(1, Duration.ZERO, 2));

        assertThat(store.backlog().counts())
                .isEqualTo(Map.of(
                        RequestState.PENDING, 5,
                        RequestState.IN_FLIGHT, 4,
                        RequestState.COMPLETED, 3,
                        RequestState.DEAD, 2));
    }

    @Test
    void countingStops() {
        insert(1, Duration.ZERO, Backlog.MOST + 1);

        assertThat(store.backlog().count(RequestState.PENDING)).isEqualTo(Backlog.MOST);
    }

    @Test
    void theOldestIsTheLongestDueOfAnyPriority() throws SQLException {
        change("run_at = run_at - INTERVAL '1' HOUR", insert(3, Duration.ZERO, 1));
        insert(0, Duration.ZERO, 1);
        insert(1, Duration.ofHours(2), 1);

        assertThat(store.backlog().oldestPendingAge().orElseThrow())
                .isBetween(Duration.ofHours(1), Duration.ofHours(1).plusMinutes(5));
    }

    @Test
    void whatIsDueLaterDoesNotWait() {
        insert(1, Duration.ofHours(2), 1);

        assertThat(store.backlog().oldestPendingAge()).isEmpty();
        assertThat(store.backlog().count(RequestState.PENDING)).isEqualTo(1);
    }

    final List<UUID> insert(int priority, Duration delay, int count) {
        var requests = Stream.generate(() -> new NewRequest(
                        UuidCreator.getTimeOrderedEpoch(),
                        priority,
                        delay,
                        null,
                        "localhost",
                        "callback",
                        "GET",
                        "localhost",
                        1,
                        null,
                        Value.of("{}"),
                        null))
                .limit(count)
                .toList();
        transactions.inTransaction(transaction -> {
            store.insert(transaction, requests);
            return null;
        });
        return requests.stream().map(NewRequest::id).toList();
    }

    final void change(String assignments, List<UUID> ids) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            Sql.update(connection, "UPDATE patient_http_requests SET " + assignments + " WHERE id = ANY (?)", (Object)
                    ids.toArray(UUID[]::new));
        }
    }

    final String statement() {
        return new Tables("patient_http_", transactions.dialect()).sql(BacklogRows.BACKLOG);
    }
}
