package io.patienthttp.model;

import io.patienthttp.StorageException;
import io.patienthttp.model.Cell.Lock;
import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.RequestRef;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Tables in memory with the visibility, the row locks and the failures of a database in READ COMMITTED. For one thread
 * at a time; whoever has to wait lets others run.
 */
final class MemoryDatabase {

    /** As {@code JdbcTransactions} bounds a statement. */
    static final long STATEMENT_TIMEOUT = TimeUnit.SECONDS.toNanos(30);

    final Steps steps;
    final Table<UUID, RequestRow> requests = new Table<>(this);
    final Table<Integer, ProcessRecord> processes = new Table<>(this);
    final Table<RequestRef, JobRow> jobs = new Table<>(this);

    /** What callbacks wrote. */
    final Table<Integer, Story> effects = new Table<>(this);

    private final List<MemoryTransaction> open = new ArrayList<>();
    private Observer observer = () -> {};
    private int sequence;
    private long downUntil;

    MemoryDatabase(Steps steps) {
        this.steps = steps;
    }

    /** Told after each commit that wrote. */
    interface Observer {

        void committed();

        /** Asked for the format in which a claim finds the row. */
        default int format(UUID id) {
            return 1;
        }

        /** Told before a row completes; may fail, as a trigger does. */
        default void completes(UUID id) {}

        /** Told when outcomes are read without a lock. */
        default void reads(Collection<UUID> ids) {}
    }

    void observe(Observer told) {
        observer = told;
    }

    Observer observer() {
        return observer;
    }

    int nextNumber() {
        return ++sequence;
    }

    Instant now() {
        return instant(steps.now());
    }

    static Instant instant(long nanos) {
        return Instant.ofEpochSecond(nanos / 1_000_000_000L, nanos % 1_000_000_000L);
    }

    MemoryTransaction begin(Object client) {
        checkUp();
        var transaction = new MemoryTransaction(client);
        open.add(transaction);
        return transaction;
    }

    void commit(MemoryTransaction transaction) {
        check(transaction);
        open.remove(transaction);
        var wrote = false;
        for (var cell : transaction.touched) {
            wrote |= cell.commit(transaction);
        }
        transaction.touched.clear();
        if (wrote) {
            observer.committed();
        }
    }

    void rollback(MemoryTransaction transaction) {
        open.remove(transaction);
        transaction.releaseAll();
    }

    /** The point before each statement, and before each row of one that locks. */
    void statement(MemoryTransaction transaction) {
        steps.step();
        check(transaction);
    }

    private void check(MemoryTransaction transaction) {
        if (transaction.broken) {
            throw failure("08006", "the connection was lost");
        }
        checkUp();
    }

    private void checkUp() {
        if (isDown()) {
            throw failure("08006", "the database is away");
        }
    }

    static StorageException failure(String state, String message) {
        return StorageException.of("do this", new SQLException(message, state));
    }

    /** Takes the lock; waits for it. */
    void lock(MemoryTransaction transaction, Cell<?, ?> cell, Lock mode) {
        if (!cell.isFree(transaction, mode)) {
            transaction.waitsFor = cell;
            if (waitsForItself(transaction, transaction, new HashSet<>())) {
                transaction.waitsFor = null;
                throw failure("40P01", "deadlock");
            }
            var free = steps.await(
                    () -> transaction.broken || cell.isFree(transaction, mode), steps.now() + STATEMENT_TIMEOUT);
            transaction.waitsFor = null;
            check(transaction);
            if (!free) {
                throw failure("57014", "statement timeout");
            }
        }
        cell.take(transaction, mode);
    }

    private static boolean waitsForItself(MemoryTransaction who, MemoryTransaction from, Set<MemoryTransaction> seen) {
        if (from.waitsFor == null || !seen.add(from)) {
            return false;
        }
        for (var blocker : from.waitsFor.blockers(from)) {
            if (blocker == who || waitsForItself(who, blocker, seen)) {
                return true;
            }
        }
        return false;
    }

    boolean isDown() {
        return steps.now() < downUntil;
    }

    /** All connections break, and none can be had until then. */
    void goDownUntil(long time) {
        downUntil = time;
        List.copyOf(open).forEach(this::breakOff);
    }

    void comeBack() {
        downUntil = 0;
    }

    /** The client is gone: what it did not commit is rolled back. */
    void disconnect(Object client) {
        for (var transaction : List.copyOf(open)) {
            if (transaction.client == client) {
                breakOff(transaction);
            }
        }
    }

    private void breakOff(MemoryTransaction transaction) {
        transaction.broken = true;
        rollback(transaction);
    }

    /** Removes the row, as somebody with a SQL client would; unless it is locked. */
    <K, V> void takeAway(Cell<K, V> cell) {
        var transaction = new MemoryTransaction(this);
        if (cell.isFree(transaction, Lock.UPDATE)) {
            cell.take(transaction, Lock.UPDATE);
            cell.set(null);
            commit(transaction);
        }
    }

    /** Whether the client has locked rows. */
    boolean isLocking(Object client) {
        return open.stream().anyMatch(transaction -> transaction.client == client && !transaction.touched.isEmpty());
    }

    int openTransactions() {
        return open.size();
    }

    /** A job as the engine stores it. */
    record JobRow(CallbackJob job, long due, String pickedBy, long lastHeartbeat, long version, int failures) {

        static final String NOBODY = "";

        boolean isPicked() {
            return !pickedBy.equals(NOBODY);
        }

        JobRow pickedBy(String engine, long now) {
            return new JobRow(job, due, engine, now, version + 1, failures);
        }

        JobRow free(long due, int failures) {
            return new JobRow(job, due, NOBODY, 0, version + 1, failures);
        }
    }
}
