package io.patienthttp.jdbc;

import io.patienthttp.StorageException;
import io.patienthttp.spi.Transaction;
import io.patienthttp.spi.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Transactions on connections of a DataSource, isolation READ COMMITTED. It cannot see transactions of the caller: they
 * come as a {@code Connection}. On PostgreSQL each transaction is bounded: 30 s a statement, 30 s idle between two, so
 * that a frozen host cannot hold a lock for ever. Safe for all threads.
 */
public final class JdbcTransactions implements Transactions {

    private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(30);

    /** For what people look at: rather nothing than a database that is kept from its work. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(5);

    private final DataSource dataSource;
    private final Dialect dialect;
    private final int isolation;

    private JdbcTransactions(DataSource dataSource, Dialect dialect, int isolation) {
        this.dataSource = dataSource;
        this.dialect = dialect;
        this.isolation = isolation;
    }

    /**
     * Asks the database what it is.
     *
     * @throws StorageException if it cannot be reached
     * @throws IllegalArgumentException if it is not supported
     */
    public static JdbcTransactions of(DataSource dataSource) {
        try (var connection = dataSource.getConnection()) {
            return new JdbcTransactions(dataSource, Dialect.of(connection), connection.getTransactionIsolation());
        } catch (SQLException e) {
            throw StorageException.of("connect to the database", e);
        }
    }

    /** The caller's transaction, which runs on the connection and of whose commit nobody tells us. */
    public static Transaction joining(Connection connection) {
        return new Transaction() {
            @Override
            public Connection connection() {
                return connection;
            }

            @Override
            public void afterCommit(Runnable action) {
                // Nobody tells us of the commit.
            }
        };
    }

    /**
     * The same, on a single connection that is kept open, so that nothing else that uses the pool can make it wait. For
     * one thread at a time.
     *
     * @param networkTimeout the longest wait for an answer; the connection is given up then
     */
    public JdbcTransactions onOneConnection(Duration networkTimeout) {
        return new JdbcTransactions(new KeptConnection(dataSource, networkTimeout), dialect, isolation);
    }

    /** Gives back the connection that {@link #onOneConnection} keeps; it takes another one if it is used again. */
    public void giveBackConnection() {
        if (dataSource instanceof KeptConnection kept) {
            kept.discard();
        }
    }

    Dialect dialect() {
        return dialect;
    }

    @Override
    public Optional<Transaction> current() {
        return Optional.empty();
    }

    @Override
    public boolean visibleToCallbacks() {
        return false;
    }

    @Override
    public <T, X extends Exception> T inTransaction(Work<T, X> work) throws X {
        T result;
        List<Runnable> actions;
        try (var session = Session.open(dataSource, isolation)) {
            session.begin(dialect, STATEMENT_TIMEOUT, IDLE_TIMEOUT);
            var done = false;
            try {
                result = work.run(session);
                done = true;
            } finally {
                if (!done) {
                    session.rollback();
                }
            }
            session.commit();
            actions = session.actionsAfterCommit();
        }
        actions.forEach(Runnable::run);
        return result;
    }

    /** Runs a statement that commits itself. */
    <T> T autocommit(String tried, Sql.Action<T> statement) {
        try (var session = Session.open(dataSource, isolation)) {
            return statement.run(session.connection());
        } catch (SQLException e) {
            throw StorageException.of(tried, e);
        }
    }

    /** Runs queries that people wait for, and gives up after {@link #READ_TIMEOUT} for each where the database can. */
    <T> T reading(String tried, Sql.Action<T> queries) {
        try (var session = Session.open(dataSource, isolation)) {
            session.begin(dialect, READ_TIMEOUT, READ_TIMEOUT);
            try {
                return queries.run(session.connection());
            } finally {
                session.rollback();
            }
        } catch (SQLException e) {
            throw StorageException.of(tried, e);
        }
    }
}
