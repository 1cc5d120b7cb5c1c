package io.patienthttp.benchmarks.contender;

import io.patienthttp.StorageException;
import io.patienthttp.spi.Transaction;
import io.patienthttp.spi.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** An application's own transactions in plain JDBC: callbacks find theirs by the thread that they run on. */
final class ThreadTransactions implements Transactions {

    private final DataSource pool;
    private final ThreadLocal<@Nullable Transaction> current = new ThreadLocal<>();

    ThreadTransactions(DataSource pool) {
        this.pool = pool;
    }

    private record Open(Connection connection, List<Runnable> actions) implements Transaction {

        @Override
        public void afterCommit(Runnable action) {
            actions.add(action);
        }
    }

    @Override
    public Optional<Transaction> current() {
        return Optional.ofNullable(current.get());
    }

    @Override
    public <T, X extends Exception> T inTransaction(Work<T, X> work) throws X {
        var outer = current.get();
        try (var connection = pool.getConnection()) {
            connection.setAutoCommit(false); // what is not committed is rolled back by the pool
            var open = new Open(connection, new ArrayList<>());
            current.set(open);
            var result = work.run(open);
            connection.commit();
            open.actions.forEach(Runnable::run);
            return result;
        } catch (SQLException e) {
            throw StorageException.of("run a transaction", e);
        } finally {
            current.set(outer);
        }
    }

    @Override
    public boolean visibleToCallbacks() {
        return true;
    }
}
