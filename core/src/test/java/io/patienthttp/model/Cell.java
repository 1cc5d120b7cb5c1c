package io.patienthttp.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One row: its committed version, the version of a transaction that is open, and its locks. */
final class Cell<K, V> {

    final Table<K, V> table;
    final K key;

    @Nullable
    V committed;

    private @Nullable V working;
    private boolean dirty;
    private @Nullable MemoryTransaction holder;
    private Lock mode = Lock.NO_KEY_UPDATE;
    private final List<MemoryTransaction> sharers = new ArrayList<>(2);

    /** Strengths of row locks, as PostgreSQL names them. */
    enum Lock {
        KEY_SHARE,
        NO_KEY_UPDATE,
        UPDATE
    }

    Cell(Table<K, V> table, K key) {
        this.table = table;
        this.key = key;
    }

    /** The row as the transaction sees it; null if there is none. */
    @Nullable
    V visible(@Nullable MemoryTransaction transaction) {
        return dirty && holder == transaction ? working : committed;
    }

    boolean isFree(MemoryTransaction transaction, Lock wanted) {
        var mine = holder == null || holder == transaction;
        return switch (wanted) {
            case KEY_SHARE -> mine || mode == Lock.NO_KEY_UPDATE;
            case NO_KEY_UPDATE -> mine;
            case UPDATE -> mine && sharers.stream().allMatch(sharer -> sharer == transaction);
        };
    }

    void take(MemoryTransaction transaction, Lock wanted) {
        transaction.touched.add(this);
        if (wanted == Lock.KEY_SHARE) {
            if (!sharers.contains(transaction)) {
                sharers.add(transaction);
            }
            return;
        }
        if (holder == null || wanted == Lock.UPDATE) {
            mode = wanted;
        }
        holder = transaction;
    }

    /** Who keeps the transaction from the lock. */
    List<MemoryTransaction> blockers(MemoryTransaction transaction) {
        var blockers = new ArrayList<>(sharers);
        if (holder != null) {
            blockers.add(holder);
        }
        blockers.remove(transaction);
        return blockers;
    }

    void set(@Nullable V version) {
        working = version;
        dirty = true;
    }

    /** Makes what the transaction wrote visible; whether it wrote. */
    boolean commit(MemoryTransaction transaction) {
        var wrote = dirty && holder == transaction;
        if (wrote) {
            committed = working;
        }
        release(transaction);
        return wrote;
    }

    void release(MemoryTransaction transaction) {
        sharers.remove(transaction);
        if (holder == transaction) {
            holder = null;
            working = null;
            dirty = false;
        }
        if (committed == null && holder == null) {
            table.forget(this);
        }
    }
}
