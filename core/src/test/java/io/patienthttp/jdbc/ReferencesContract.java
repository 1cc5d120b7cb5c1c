package io.patienthttp.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.f4b6a3.uuid.UuidCreator;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.ClaimOrder;
import io.patienthttp.spi.RequestStore.Completion;
import io.patienthttp.spi.RequestStore.NewRequest;
import io.patienthttp.spi.RequestStore.ProcessRow;
import io.patienthttp.spi.RequestStore.StoredOutcome;
import io.patienthttp.spi.RequestStore.Suspects;
import io.patienthttp.spi.RequestStore.Value;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows whose values are sealed or in a payload store: format and references go where the values go. */
abstract class ReferencesContract {

    private static final Value IN_STORE = new Value("", "s3:a/b/request");
    private static final Value ANSWER = new Value("", "s3:a/b/outcome");

    private final UUID me = UUID.randomUUID();
    private DataSource dataSource;
    private JdbcTransactions transactions;
    private RequestStore store;

    abstract DataSource database();

    @BeforeEach
    void createStore() {
        dataSource = database();
        transactions = JdbcTransactions.of(dataSource);
        new Schema(transactions, "patient_http_").create();
        store = new JdbcRequestStore(transactions, "patient_http_", "cancelled", "unsent", "exhausted");
        store.register(new ProcessRow(me, "host", 1, "1", Duration.ofSeconds(60), null, 10, 0, null, null));
    }

    @AfterEach
    void closeDatabase() throws Exception {
        ((AutoCloseable) dataSource).close();
    }

    @Test
    void aRequestInAPayloadStoreIsClaimedWithItsReference() {
        var id = insert(2, IN_STORE);

        var stored = store.claim(new ClaimOrder(me, 1, Map.of(), new Suspects(3, 0, 0, 0)))
                .get(0)
                .stored();

        assertThat(stored.request()).isEqualTo(IN_STORE);
        assertThat(stored.format()).isEqualTo(2);
        assertThat(store.request(id)).contains(stored);
        assertThat(store.references(List.of(id))).containsExactly("s3:a/b/request");
    }

    @Test
    void anOutcomeInAPayloadStoreIsReadWithItsReference_AndTheRowBecomesOfItsFormat() {
        var id = insert(1, Value.of("{}"));

        complete(id, 2, ANSWER);

        var outcome = store.outcomes(List.of(id)).get(id);
        assertThat(outcome.outcome()).isEqualTo(ANSWER);
        assertThat(outcome.format()).isEqualTo(2);
        assertThat(locked(id)).usingRecursiveComparison().ignoringFields("age").isEqualTo(outcome);
        assertThat(store.references(List.of(id))).containsExactly("s3:a/b/outcome");
    }

    @Test
    void anOutcomeOfAnOlderFormatKeepsThatOfTheRequest() {
        var id = insert(2, IN_STORE);

        complete(id, 1, Value.of("{}"));

        assertThat(store.outcomes(List.of(id)).get(id).format()).isEqualTo(2);
    }

    @Test
    void aCancelledRowDoesNotReferToTheOutcomeThatItDidNotTake() {
        var id = insert(1, Value.of("{}"));
        var ref = claim(id);
        transactions.inTransaction(tx -> store.cancel(tx, id));

        transactions.inTransaction(tx -> store.complete(tx, me, List.of(new Completion(ref, 2, ANSWER))));

        assertThat(store.outcomes(List.of(id)).get(id).outcome()).isEqualTo(Value.of("cancelled"));
        assertThat(store.references(List.of(id))).isEmpty();
    }

    @Test
    void aRowThatIsSentAgainRefersToItsRequestOnly() {
        var id = insert(2, IN_STORE);
        var ref = complete(id, 2, ANSWER);
        assertThat(store.references(List.of(id))).containsExactlyInAnyOrder("s3:a/b/request", "s3:a/b/outcome");
        transactions.inTransaction(tx -> store.deadLetter(tx, ref, "error"));

        store.sendAgain(id);

        assertThat(store.references(List.of(id))).containsExactly("s3:a/b/request");
    }

    @Test
    void aRowThatIsGoneHoldsNoReference() {
        var id = insert(2, IN_STORE);
        var other = insert(2, IN_STORE);
        var ref = complete(id, 2, ANSWER);

        transactions.inTransaction(tx -> store.remove(tx, List.of(ref)));

        assertThat(store.references(List.of(id, UUID.randomUUID()))).isEmpty();
        assertThat(store.references(List.of(other))).containsExactly("s3:a/b/request");
    }

    @Test
    void aDeadRowIsRemovedOnceItIsOldEnough_AndNoOther() throws Exception {
        var old = dead();
        execute("UPDATE patient_http_requests SET dead_at = dead_at - INTERVAL '2' HOUR");
        var young = dead();
        var completed = insert(1, Value.of("{}"));
        complete(completed, 1, Value.of("{}"));

        assertThat(store.deleteDead(Duration.ofHours(1), 0)).isZero();
        assertThat(store.deleteDead(Duration.ofHours(1), 100)).isEqualTo(1);

        assertThat(store.find(old)).isEmpty();
        assertThat(store.find(young)).isPresent();
        assertThat(store.find(completed)).isPresent();
    }

    private UUID dead() {
        var id = insert(1, Value.of("{}"));
        var ref = complete(id, 1, Value.of("{}"));
        transactions.inTransaction(tx -> store.deadLetter(tx, ref, "error"));
        return id;
    }

    private void execute(String sql) throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void theInstallationIsTheSameForAllWhoShareTheTables() {
        var other = new JdbcRequestStore(JdbcTransactions.of(dataSource), "patient_http_", "", "", "");
        new Schema(transactions, "other_").create();
        var another = new JdbcRequestStore(transactions, "other_", "", "", "");

        assertThat(store.installation()).isEqualTo(other.installation()).isNotEqualTo(another.installation());
    }

    private UUID insert(int format, Value request) {
        var id = UuidCreator.getTimeOrderedEpoch();
        var row = new NewRequest(
                id, 1, Duration.ZERO, null, "key", "callback", "GET", "host", format, null, request, null);
        transactions.inTransaction(tx -> {
            store.insert(tx, List.of(row));
            return id;
        });
        return id;
    }

    private RequestRef claim(UUID id) {
        return store.claim(new ClaimOrder(me, 10, Map.of(), new Suspects(3, 0, 0, 0))).stream()
                .map(row -> row.ref())
                .filter(ref -> ref.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private RequestRef complete(UUID id, int format, Value outcome) {
        var ref = claim(id);
        var completions = List.of(new Completion(ref, format, outcome));
        var recorded = transactions.inTransaction(tx -> store.complete(tx, me, completions));
        assertThat(recorded).hasSize(1);
        return ref;
    }

    private StoredOutcome locked(UUID id) {
        return transactions.inTransaction(tx -> store.lockOutcome(tx, id)).orElseThrow();
    }
}
