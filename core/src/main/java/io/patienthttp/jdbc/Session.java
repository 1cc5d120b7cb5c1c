package io.patienthttp.jdbc;

import io.patienthttp.spi.Transaction;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * One use of a connection of the pool: a transaction, or a single statement that commits itself. Gives the connection
 * back as it was.
 */
final class Session implements Transaction, AutoCloseable {

    private final Connection connection;
    private final boolean autoCommit;
    private final int isolation;
    private final List<Runnable> afterCommit = new ArrayList<>();

    private Session(Connection connection, int isolation) throws SQLException {
        this.connection = connection;
        this.autoCommit = connection.getAutoCommit();
        this.isolation = isolation;
    }

    /** Opens a session in autocommit mode, on a pool whose connections have the given isolation by default. */
    static Session open(DataSource dataSource, int isolation) {
        try {
            var session = new Session(dataSource.getConnection(), isolation);
            session.mode(true, Connection.TRANSACTION_READ_COMMITTED);
            return session;
        } catch (SQLException e) {
            throw Sql.failure("get a connection", e);
        }
    }

    private void mode(boolean autoCommit, int isolation) throws SQLException {
        if (connection.getAutoCommit() != autoCommit) {
            connection.setAutoCommit(autoCommit);
        }
        if (this.isolation != Connection.TRANSACTION_READ_COMMITTED) {
            connection.setTransactionIsolation(isolation);
        }
    }

    void begin(Dialect dialect, Duration statementTimeout, Duration idleTimeout) {
        try {
            connection.setAutoCommit(false);
            dialect.limit(connection, statementTimeout, idleTimeout);
        } catch (SQLException e) {
            throw Sql.failure("begin a transaction", e);
        }
    }

    void commit() {
        try {
            connection.commit();
        } catch (SQLException e) {
            throw Sql.failure("commit a transaction", e);
        }
    }

    void rollback() {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // The connection is broken: the database rolls back by itself, and close() throws the connection away.
        }
    }

    List<Runnable> actionsAfterCommit() {
        return afterCommit;
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public void afterCommit(Runnable action) {
        afterCommit.add(action);
    }

    @Override
    public void close() {
        try (connection) {
            if (!connection.isClosed()) {
                mode(autoCommit, isolation);
            }
        } catch (SQLException e) {
            // Nothing is lost: the work was committed or rolled back before, and the pool drops a broken connection.
        }
    }
}
