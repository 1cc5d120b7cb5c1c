package io.patienthttp.model;

import io.patienthttp.spi.Transaction;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A transaction of a {@link MemoryDatabase}. */
final class MemoryTransaction implements Transaction {

    /** Whose connection it runs on. */
    final Object client;

    final Set<Cell<?, ?>> touched = new LinkedHashSet<>();
    final List<Runnable> afterCommit = new ArrayList<>(1);

    /** The row whose lock it waits for. */
    @Nullable
    Cell<?, ?> waitsFor;

    /** The connection is gone, and with it what was not committed. */
    boolean broken;

    MemoryTransaction(Object client) {
        this.client = client;
    }

    static MemoryTransaction of(Transaction transaction) {
        return (MemoryTransaction) transaction;
    }

    @Override
    public Connection connection() {
        throw new UnsupportedOperationException("there is no database behind it");
    }

    @Override
    public void afterCommit(Runnable action) {
        afterCommit.add(action);
    }

    void releaseAll() {
        touched.forEach(cell -> cell.release(this));
        touched.clear();
    }
}
