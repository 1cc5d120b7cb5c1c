package io.patienthttp.spring;

import io.patienthttp.StorageException;
import io.patienthttp.spi.Transaction;
import io.patienthttp.spi.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.transaction.ConfigurableTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Spring's transactions over one DataSource: of its DataSourceTransactionManager or JdbcTransactionManager, or of a
 * JpaTransactionManager, which binds the JDBC connection of its EntityManager. Safe for all threads.
 *
 * <p>A transaction that has begun to commit is no longer joined: what is written on its connection then, by a listener
 * after the commit, would be lost without a word.
 */
final class SpringTransactions implements Transactions {

    private static final TransactionDefinition JOIN = definition(TransactionDefinition.PROPAGATION_SUPPORTS);

    private static final TransactionDefinition NEW = definition(TransactionDefinition.PROPAGATION_REQUIRES_NEW);

    private final DataSource dataSource;
    private final PlatformTransactionManager manager;
    private final Set<Object> ending = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    /** The manager must be one of the DataSource, and the DataSource not a transaction-aware proxy. */
    SpringTransactions(DataSource dataSource, PlatformTransactionManager manager) {
        this.dataSource = dataSource;
        this.manager = manager;
        if (manager instanceof ConfigurableTransactionManager configurable) {
            configurable.addListener(new EndListener());
        }
    }

    private static TransactionDefinition definition(int propagation) {
        var definition = new DefaultTransactionDefinition(propagation);
        definition.setName("patient-http");
        if (propagation == TransactionDefinition.PROPAGATION_REQUIRES_NEW) {
            definition.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
        }
        return definition;
    }

    /** Empty too if the transaction is one of another manager, even where a connection of ours is bound to it. */
    @Override
    public Optional<Transaction> current() {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            return Optional.empty();
        }
        var holder = TransactionSynchronizationManager.getResource(dataSource);
        if (holder == null || ending.contains(holder)) {
            return Optional.empty();
        }
        return isOurs() ? Optional.of(new Bound(boundConnection())) : Optional.empty();
    }

    /** Asks the manager itself: DataSourceUtils also binds connections to transactions that do not commit them. */
    private boolean isOurs() {
        var status = manager.getTransaction(JOIN);
        try {
            return status.hasTransaction() && !status.isCompleted();
        } finally {
            manager.commit(status); // ends nothing: this status began nothing
        }
    }

    @Override
    public boolean visibleToCallbacks() {
        return true;
    }

    @Override
    public <T, X extends Exception> T inTransaction(Work<T, X> work) throws X {
        var status = begin();
        T result;
        try {
            result = work.run(new Bound(boundConnection()));
        } catch (Throwable thrown) {
            rollback(status, thrown);
            throw thrown;
        }
        commit(status);
        return result;
    }

    private TransactionStatus begin() {
        try {
            return manager.getTransaction(NEW);
        } catch (TransactionException e) {
            throw StorageException.of("begin a transaction", e);
        }
    }

    private void rollback(TransactionStatus status, Throwable thrown) {
        try {
            manager.rollback(status);
        } catch (RuntimeException e) {
            thrown.addSuppressed(e); // the connection is broken, and the database rolls back by itself
        }
    }

    /**
     * What the database says to the values of the caller's own changes, and what the caller marked for rollback, is the
     * caller's failure and stays what it is; that the database cannot do it now is a failure of the storage.
     */
    private void commit(TransactionStatus status) {
        try {
            manager.commit(status);
        } catch (RuntimeException e) {
            throw isOfTheStorage(e) ? StorageException.of("commit a transaction", e) : e;
        }
    }

    /** Classes of SQL states: 22 data, 23 constraint; 08 connection, 40 rollback, 53, 57 and 58 the server's state. */
    private static boolean isOfTheStorage(RuntimeException thrown) {
        if (thrown instanceof UnexpectedRollbackException || sqlState(thrown, "22", "23")) {
            return false;
        }
        return thrown instanceof TransactionException
                || thrown instanceof TransientDataAccessException
                || thrown instanceof RecoverableDataAccessException
                || thrown instanceof NonTransientDataAccessResourceException
                || sqlState(thrown, "08", "40", "53", "57", "58");
    }

    private static boolean sqlState(Throwable thrown, String... prefixes) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                for (var prefix : prefixes) {
                    if (sql.getSQLState().startsWith(prefix)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private Connection boundConnection() {
        if (TransactionSynchronizationManager.getResource(dataSource) instanceof ConnectionHolder holder) {
            return holder.getConnection();
        }
        throw new IllegalStateException("transaction manager " + manager
                + " has bound no connection of the DataSource to the thread: it is a manager of another DataSource");
    }

    /** The transaction on the thread. */
    private record Bound(Connection connection) implements Transaction {

        @Override
        public void afterCommit(Runnable action) {
            if (TransactionSynchronizationManager.isSynchronizationActive()) {
                TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                    @Override
                    public void afterCommit() {
                        action.run();
                    }
                });
            }
        }
    }

    /** Marks the connection of a transaction that has begun to end. */
    private final class EndListener implements TransactionExecutionListener {

        @Override
        public void beforeCommit(TransactionExecution transaction) {
            mark(transaction);
        }

        @Override
        public void beforeRollback(TransactionExecution transaction) {
            mark(transaction);
        }

        @Override
        public void afterCommit(TransactionExecution transaction, @Nullable Throwable failure) {
            unmark(transaction);
        }

        @Override
        public void afterRollback(TransactionExecution transaction, @Nullable Throwable failure) {
            unmark(transaction);
        }

        /** A savepoint that ends says nothing about its transaction. */
        private void mark(TransactionExecution transaction) {
            var holder = TransactionSynchronizationManager.getResource(dataSource);
            if (holder != null && transaction.isNewTransaction()) {
                ending.add(holder);
            }
        }

        private void unmark(TransactionExecution transaction) {
            var holder = TransactionSynchronizationManager.getResource(dataSource);
            if (holder != null && transaction.isNewTransaction()) {
                ending.remove(holder);
            }
        }
    }
}
