package io.patienthttp.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.StorageException;
import io.patienthttp.jdbc.JdbcTransactions;
import io.patienthttp.jdbc.Schema;
import io.patienthttp.spi.PayloadStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the table of payloads must do on every database, besides what every store must. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class JdbcPayloadStoreContract extends PayloadStoreContract {

    private HikariDataSource database;
    private JdbcTransactions transactions;

    abstract HikariDataSource database();

    @BeforeAll
    void createTables() {
        database = database();
        transactions = JdbcTransactions.of(database);
        new Schema(transactions, "patient_http_").create();
    }

    @AfterAll
    void close() {
        database.close();
    }

    @Override
    protected PayloadStore open() {
        return new JdbcPayloadStore(transactions, "patient_http_");
    }

    @Override
    protected PayloadStore broken() {
        return new JdbcPayloadStore(transactions, "no_such_");
    }

    @Test
    void aPayloadIsThereIfItsTransactionCommits() {
        var store = open();
        var key = key();

        transactions.inTransaction(transaction -> {
            store.store(transaction, key, new byte[] {1});
            assertThat(store.fetch(key)).as("from outside").isEmpty();
            assertThat(listAll(store, key.substring(0, key.lastIndexOf('/') + 1)))
                    .isEmpty();
            return key;
        });

        assertThat(store.fetch(key)).isPresent();
    }

    @Test
    void aPayloadIsGoneIfItsTransactionRollsBack() {
        var store = open();
        var key = key();

        assertThatThrownBy(() -> transactions.inTransaction(transaction -> {
                    store.store(transaction, key, new byte[] {1});
                    throw new IllegalStateException("the application fails");
                }))
                .hasMessage("the application fails");

        assertThat(store.fetch(key)).isEmpty();
        assertThat(listAll(store, key.substring(0, key.lastIndexOf('/') + 1))).isEmpty();
    }

    @Test
    void aKeyIsNotUsedTwice() {
        var store = open();
        var key = key();
        store.store(key, new byte[] {1});

        assertThatThrownBy(() -> store.store(key, new byte[] {2}))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.reason()).isEqualTo(StorageException.Reason.REFUSED));

        assertThat(store.fetch(key).orElseThrow()).containsExactly(1);
    }

    @Test
    void theTableIsThatOfThePrefix() {
        new Schema(transactions, "mine_").create();
        var mine = new JdbcPayloadStore(transactions, "mine_");
        var key = key();

        mine.store(key, new byte[] {1});

        assertThat(mine.fetch(key)).isPresent();
        assertThat(open().fetch(key)).isEmpty();
        assertThatThrownBy(() -> new JdbcPayloadStore(transactions, "mine; DROP TABLE x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tablePrefix");
    }
}
