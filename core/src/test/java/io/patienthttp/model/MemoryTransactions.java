package io.patienthttp.model;

import io.patienthttp.StorageException;
import io.patienthttp.StorageException.Reason;
import io.patienthttp.model.Steps.Fate;
import io.patienthttp.spi.Transaction;
import io.patienthttp.spi.Transactions;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Transactions of one client of a {@link MemoryDatabase}. */
final class MemoryTransactions implements Transactions {

    final MemoryDatabase database;
    private final Object client;
    private @Nullable MemoryTransaction running;

    MemoryTransactions(MemoryDatabase database, Object client) {
        this.database = database;
        this.client = client;
    }

    @Override
    public Optional<Transaction> current() {
        return Optional.ofNullable(running);
    }

    @Override
    public boolean visibleToCallbacks() {
        return true;
    }

    @Override
    public <T, X extends Exception> T inTransaction(Work<T, X> work) throws X {
        database.steps.step();
        var transaction = database.begin(client);
        var before = running;
        running = transaction;
        T result;
        try {
            result = work.run(transaction);
            database.steps.step();
            if (database.steps.conflicts()) {
                throw MemoryDatabase.failure("40001", "serialization failure");
            }
            commit(transaction);
        } catch (StorageException e) {
            database.steps.ended(e.reason() == Reason.CONFLICT);
            throw e;
        } finally {
            running = before;
            database.rollback(transaction);
        }
        database.steps.ended(false);
        transaction.afterCommit.forEach(Runnable::run);
        database.steps.step();
        return result;
    }

    /** One statement, which commits itself. */
    <T> T autocommit(Function<MemoryTransaction, T> statement) {
        var transaction = database.begin(client);
        T result;
        try {
            database.statement(transaction);
            result = statement.apply(transaction);
            commit(transaction);
        } finally {
            database.rollback(transaction);
        }
        database.steps.step();
        return result;
    }

    private void commit(MemoryTransaction transaction) {
        var fate = database.steps.commitFate();
        if (fate != Fate.NOT_DONE_ANSWER_LOST) {
            database.commit(transaction);
        }
        if (fate != Fate.DONE) {
            throw MemoryDatabase.failure("08006", "the answer to the commit was lost");
        }
    }
}
