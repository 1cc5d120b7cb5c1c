package io.patienthttp.model;

import io.patienthttp.model.Cell.Lock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Rows by key. Each method is one statement as READ COMMITTED runs it: it chooses rows by what is committed when it
 * begins, locks them in the order of their keys, and looks again at each once it has its lock.
 */
final class Table<K, V> {

    private final MemoryDatabase database;
    private final Map<K, Cell<K, V>> cells = new TreeMap<>();

    Table(MemoryDatabase database) {
        this.database = database;
    }

    /** What is committed. */
    Stream<V> committed() {
        return cells.values().stream().map(cell -> cell.committed).filter(row -> row != null);
    }

    /** The rows that are committed. */
    Stream<Cell<K, V>> entries() {
        return cells.values().stream().filter(cell -> cell.committed != null);
    }

    /** What is committed under the key. */
    @Nullable
    V committed(K key) {
        var cell = cells.get(key);
        return cell == null ? null : cell.committed;
    }

    /** The rows that match, as the transaction sees them now. */
    List<V> select(@Nullable MemoryTransaction transaction, Predicate<V> where) {
        var rows = new ArrayList<V>();
        for (var cell : cells.values()) {
            var row = cell.visible(transaction);
            if (row != null && where.test(row)) {
                rows.add(row);
            }
        }
        return rows;
    }

    /** The cells whose rows match now: a snapshot. */
    List<Cell<K, V>> snapshot(MemoryTransaction transaction, Predicate<V> where) {
        var found = new ArrayList<Cell<K, V>>();
        for (var cell : cells.values()) {
            var row = cell.visible(transaction);
            if (row != null && where.test(row)) {
                found.add(cell);
            }
        }
        return found;
    }

    /** Locks the row, waiting for it, if it still matches then. */
    @Nullable
    V lock(MemoryTransaction transaction, Cell<K, V> cell, Lock mode, Predicate<V> where) {
        database.statement(transaction);
        database.lock(transaction, cell, mode);
        var row = cell.visible(transaction);
        return row != null && where.test(row) ? row : null;
    }

    /** Locks the row, if nobody else has and it still matches. */
    @Nullable
    V lockUnlessLocked(MemoryTransaction transaction, Cell<K, V> cell, Lock mode, Predicate<V> where) {
        database.statement(transaction);
        if (!cell.isFree(transaction, mode)) {
            return null;
        }
        cell.take(transaction, mode);
        var row = cell.visible(transaction);
        return row != null && where.test(row) ? row : null;
    }

    /** UPDATE; the new versions. */
    List<V> update(MemoryTransaction transaction, Predicate<V> where, UnaryOperator<V> change) {
        return update(transaction, snapshot(transaction, where), where, change);
    }

    /** UPDATE of the rows that a snapshot chose. */
    List<V> update(
            MemoryTransaction transaction, List<Cell<K, V>> chosen, Predicate<V> where, UnaryOperator<V> change) {
        var updated = new ArrayList<V>();
        for (var cell : chosen) {
            var row = lock(transaction, cell, Lock.NO_KEY_UPDATE, where);
            if (row != null) {
                var next = change.apply(row);
                cell.set(next);
                updated.add(next);
            }
        }
        return updated;
    }

    /** DELETE; the rows that are gone. */
    List<V> delete(MemoryTransaction transaction, Predicate<V> where) {
        var deleted = new ArrayList<V>();
        for (var cell : snapshot(transaction, where)) {
            var row = lock(transaction, cell, Lock.UPDATE, where);
            if (row != null) {
                cell.set(null);
                deleted.add(row);
            }
        }
        return deleted;
    }

    /** INSERT, unless the key exists; waits for who is inserting or removing it. */
    boolean insert(MemoryTransaction transaction, K key, V row) {
        while (true) {
            var cell = cells.computeIfAbsent(key, k -> new Cell<>(this, k));
            database.lock(transaction, cell, Lock.UPDATE);
            if (cells.get(key) == cell) {
                if (cell.visible(transaction) != null) {
                    return false;
                }
                cell.set(row);
                return true;
            }
        }
    }

    void forget(Cell<K, V> cell) {
        cells.remove(cell.key, cell);
    }

    int size() {
        return cells.size();
    }
}
