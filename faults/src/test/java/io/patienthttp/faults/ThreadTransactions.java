package io.patienthttp.faults;

import io.patienthttp.StorageException;
import io.patienthttp.spi.Transaction;
import io.patienthttp.spi.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** The transactions of an application without a framework: the open one belongs to the thread, and callbacks join it. */
final class ThreadTransactions implements Transactions {

    private final DataSource dataSource;
    private final ThreadLocal<Open> open = new ThreadLocal<>();

    ThreadTransactions(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    @Override
    public Optional<Transaction> current() {
        return Optional.ofNullable(open.get());
    }

    @Override
    public boolean visibleToCallbacks() {
        return true;
    }

    @Override
    public <T, X extends Exception> T inTransaction(Work<T, X> work) throws X {
        var outer = open.get();
        try (var connection = connection()) {
            var inner = new Open(connection, new ArrayList<>());
            open.set(inner);
            T result;
            var done = false;
            try {
                result = work.run(inner);
                done = true;
            } finally {
                if (!done) {
                    rollback(connection);
                }
            }
            commit(connection);
            inner.afterCommit.forEach(Runnable::run);
            return result;
        } catch (SQLException e) {
            throw StorageException.of("give back a connection", e);
        } finally {
            open.set(outer);
        }
    }

    private Connection connection() {
        try {
            var connection = dataSource.getConnection();
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            throw StorageException.of("begin a transaction", e);
        }
    }

    private static void commit(Connection connection) {
        try {
            connection.commit();
        } catch (SQLException e) {
            throw StorageException.of("commit a transaction", e);
        }
    }

    private static void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // The connection is broken, and the database rolls back by itself.
        }
    }

    private record Open(Connection connection, List<Runnable> afterCommit) implements Transaction {

        @Override
        public void afterCommit(Runnable action) {
            afterCommit.add(action);
        }
    }
}
