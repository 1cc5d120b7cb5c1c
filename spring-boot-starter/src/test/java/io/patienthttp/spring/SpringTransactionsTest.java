package io.patienthttp.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.StorageException;
import io.patienthttp.StorageException.Reason;
import io.patienthttp.fixture.Databases;
import io.patienthttp.spi.Transaction;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

class SpringTransactionsTest {

    private final HikariDataSource dataSource = Databases.h2();
    private final JdbcTemplate jdbc = new JdbcTemplate(dataSource);
    private final JdbcTransactionManager manager = new JdbcTransactionManager(dataSource);
    private final SpringTransactions transactions = new SpringTransactions(dataSource, manager);

    @BeforeEach
    void createTable() {
        jdbc.execute("CREATE TABLE things (id INT PRIMARY KEY)");
    }

    @AfterEach
    void close() {
        dataSource.close();
    }

    @Test
    void workRunsInATransactionOfItsOwnOnTheConnectionThatOthersSee() throws Exception {
        new TransactionTemplate(manager).executeWithoutResult(outer -> {
            var outside = DataSourceUtils.getConnection(dataSource);

            int isolation = transactions.inTransaction(transaction -> {
                assertThat(transaction.connection())
                        .isSameAs(DataSourceUtils.getConnection(dataSource))
                        .isNotSameAs(outside);
                insert(1);
                return isolationOf(transaction);
            });

            assertThat(isolation).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
            insert(2);
            outer.setRollbackOnly();
        });

        assertThat(things()).isEqualTo(1);
    }

    @Test
    void whatTheWorkThrowsComesOutAsItIsAndRollsBack() {
        assertThatThrownBy(() -> transactions.inTransaction(transaction -> {
                    insert(1);
                    throw new IOException("mine");
                }))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("mine");

        assertThat(things()).isZero();
    }

    @Test
    void actionsRunAfterTheCommitOnly() {
        var ran = new AtomicInteger();

        transactions.inTransaction(transaction -> {
            transaction.afterCommit(ran::incrementAndGet);
            assertThat(ran).hasValue(0);
            return 0;
        });
        assertThat(ran).hasValue(1);

        assertThatThrownBy(() -> transactions.inTransaction(transaction -> {
                    transaction.afterCommit(ran::incrementAndGet);
                    throw new IllegalStateException();
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(ran).hasValue(1);
    }

    @Test
    void theTransactionOfTheCallerIsFoundAndLeftOpen() {
        assertThat(transactions.current()).isEmpty();

        new TransactionTemplate(manager).executeWithoutResult(status -> {
            var found = transactions.current().orElseThrow();

            assertThat(found.connection()).isSameAs(DataSourceUtils.getConnection(dataSource));
            insert(1);
            assertThat(status.isCompleted()).isFalse();
            status.setRollbackOnly();
        });

        assertThat(things()).isZero();
    }

    @Test
    void aSavepointThatEndsDoesNotHideItsTransaction() {
        var nested = new TransactionTemplate(manager);
        nested.setPropagationBehavior(TransactionTemplate.PROPAGATION_NESTED);

        new TransactionTemplate(manager).executeWithoutResult(status -> {
            nested.executeWithoutResult(
                    inner -> assertThat(transactions.current()).isPresent());
            assertThat(transactions.current()).isPresent();
        });
    }

    @Test
    void aTransactionThatCannotBeginIsAFailureOfTheStorage() {
        dataSource.close();

        var failure = catchThrowableOfType(StorageException.class, () -> transactions.inTransaction(transaction -> 1));

        assertThat(failure.reason()).isEqualTo(Reason.UNAVAILABLE);
    }

    @Test
    void aTransactionThatTheWorkMarkedForRollbackIsAFailureOfTheWork() {
        assertThatThrownBy(() -> transactions.inTransaction(transaction -> {
                    new TransactionTemplate(manager).executeWithoutResult(inner -> inner.setRollbackOnly());
                    return 1;
                }))
                .isInstanceOf(UnexpectedRollbackException.class);
    }

    @ParameterizedTest
    @CsvSource({"08006,UNAVAILABLE", "57P01,UNAVAILABLE", "40001,CONFLICT", "40P01,CONFLICT"})
    void aCommitThatTheDatabaseCannotDoNowIsAFailureOfTheStorage(String state, Reason reason) {
        for (var translating : new boolean[] {false, true}) {
            var failing = failing(state, translating);

            var failure = catchThrowableOfType(StorageException.class, () -> failing.inTransaction(transaction -> 1));

            assertThat(failure.reason()).isEqualTo(reason);
        }
    }

    @Test
    void aCommitThatTheDatabaseRefusesForItsValuesIsAFailureOfTheWork() {
        assertThatThrownBy(() -> failing("23505", true).inTransaction(transaction -> 1))
                .isInstanceOf(DataIntegrityViolationException.class);
        assertThatThrownBy(() -> failing("23505", false).inTransaction(transaction -> 1))
                .isNotInstanceOf(StorageException.class);
    }

    /** Transactions whose commit fails with the SQL state, as Spring's two managers report it. */
    private SpringTransactions failing(String state, boolean translating) {
        var delegate = translating ? new FailingTranslatingManager(state) : new FailingManager(state);
        delegate.setDataSource(dataSource);
        delegate.afterPropertiesSet();
        return new SpringTransactions(dataSource, delegate);
    }

    private void insert(int id) {
        jdbc.update("INSERT INTO things VALUES (?)", id);
    }

    private int things() {
        return jdbc.queryForObject("SELECT count(*) FROM things", Integer.class);
    }

    private static int isolationOf(Transaction transaction) {
        try {
            return transaction.connection().getTransactionIsolation();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class FailingManager extends DataSourceTransactionManager {

        private final String state;

        FailingManager(String state) {
            this.state = state;
        }

        @Override
        protected void doCommit(DefaultTransactionStatus status) {
            throw translateException("JDBC commit", new SQLException("no", state));
        }
    }

    private static final class FailingTranslatingManager extends JdbcTransactionManager {

        private final String state;

        FailingTranslatingManager(String state) {
            this.state = state;
        }

        @Override
        protected void doCommit(DefaultTransactionStatus status) {
            throw translateException("JDBC commit", new SQLException("no", state));
        }
    }
}
