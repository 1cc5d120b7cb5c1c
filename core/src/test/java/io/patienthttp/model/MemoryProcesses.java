package io.patienthttp.model;

import static java.util.Comparator.comparing;

import io.patienthttp.RequestState;
import io.patienthttp.model.Cell.Lock;
import io.patienthttp.spi.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The part of the store that is about processes: their leases, and what they leave when they die. */
abstract class MemoryProcesses extends MemoryOutcomes {

    private final String exhaustedOutcome;

    MemoryProcesses(MemoryTransactions transactions, String cancelledOutcome, String exhaustedOutcome) {
        super(transactions, cancelledOutcome);
        this.exhaustedOutcome = exhaustedOutcome;
    }

    @Override
    public void register(ProcessRow process) {
        transactions.autocommit(tx -> {
            var known = database.processes.select(tx, row -> row.id().equals(process.id()));
            var now = database.now();
            return known.isEmpty()
                    && database.processes.insert(
                            tx,
                            database.nextNumber(),
                            new ProcessRecord(database.nextNumber(), process, now, now, now));
        });
    }

    @Override
    public boolean beat(UUID process, Duration heartbeat, int inFlight) {
        return transactions.autocommit(tx -> !database.processes
                .update(tx, row -> row.id().equals(process), row -> row.beat(heartbeat, inFlight, database.now()))
                .isEmpty());
    }

    @Override
    public void deregister(UUID process) {
        transactions.autocommit(
                tx -> database.processes.delete(tx, row -> row.id().equals(process)));
    }

    @Override
    public Optional<Reclaimed> reclaimExpired(
            Transaction transaction, UUID self, Duration heartbeat, int maxRecoveries) {
        var tx = statement(transaction);
        if (!mayReclaim(tx, self, heartbeat)) {
            return Optional.empty();
        }
        var chosen = database.requests.snapshot(tx, row -> row.state == RequestState.IN_FLIGHT);
        Predicate<ProcessRecord> expired = process -> isExpired(process, self);
        for (var cell : database.processes.snapshot(tx, expired).stream()
                .sorted(comparing(found -> found.visible(tx).lastSeenAt()))
                .toList()) {
            var dead = database.processes.lockUnlessLocked(tx, cell, Lock.UPDATE, expired);
            if (dead != null) {
                var engine = engineOf(tx, dead);
                var rows = reclaim(rowsOf(transaction, dead.id(), chosen), tx, dead.id(), maxRecoveries);
                database.processes.delete(
                        statement(transaction), process -> process.id().equals(dead.id()));
                return Optional.of(reclaimed(dead.id(), engine, rows));
            }
        }
        return Optional.empty();
    }

    /** The rows of the dead process, by a statement of its own after the lock. */
    List<Cell<UUID, RequestRow>> rowsOf(Transaction transaction, UUID dead, List<Cell<UUID, RequestRow>> chosenBefore) {
        return database.requests.snapshot(statement(transaction), row -> row.isInFlight(dead));
    }

    private boolean mayReclaim(MemoryTransaction tx, UUID self, Duration heartbeat) {
        var now = database.now();
        return !database.processes
                .select(
                        tx,
                        process -> process.id().equals(self)
                                && process.lastSeenAt()
                                        .plus(heartbeat.plus(heartbeat))
                                        .isAfter(now)
                                && process.healthySince()
                                        .plus(heartbeat.plus(heartbeat))
                                        .isBefore(now))
                .isEmpty();
    }

    boolean isExpired(ProcessRecord process, UUID self) {
        return process.isExpired(database.now());
    }

    /** Null if the engine goes on under another process. */
    private @Nullable String engineOf(MemoryTransaction tx, ProcessRecord dead) {
        var engine = dead.row().engineName();
        var others = database.processes.select(
                tx,
                process -> !process.id().equals(dead.id())
                        && engine != null
                        && engine.equals(process.row().engineName()));
        return others.isEmpty() ? engine : null;
    }

    private List<RequestRow> reclaim(
            List<Cell<UUID, RequestRow>> chosen, MemoryTransaction tx, UUID owner, int maxRecoveries) {
        database.statement(tx);
        int most = chosen.size() == 1 ? maxRecoveries : Integer.MAX_VALUE;
        return database.requests.update(tx, chosen, row -> row.isInFlight(owner), row -> {
            var next = row.copy();
            next.recoveries++;
            if (row.cancelRequested) {
                return next.complete(cancelledOutcome, database.now());
            }
            return row.recoveries > most ? next.complete(exhaustedOutcome, database.now()) : next.giveBack();
        });
    }

    private static Reclaimed reclaimed(@Nullable UUID process, @Nullable String engine, List<RequestRow> rows) {
        var completed = completed(rows);
        return new Reclaimed(process, engine, rows.size() - completed.size(), completed);
    }

    @Override
    public Reclaimed reclaimUnowned(Transaction transaction, int maxRecoveries) {
        var tx = statement(transaction);
        var registered = database.processes.select(tx, process -> true).stream()
                .map(ProcessRecord::id)
                .toList();
        var owners = database
                .requests
                .select(tx, row -> row.state == RequestState.IN_FLIGHT && !registered.contains(row.owner))
                .stream()
                .map(row -> row.owner)
                .distinct()
                .toList();
        var rows = new ArrayList<RequestRow>();
        for (var owner : owners) {
            var chosen = database.requests.snapshot(statement(transaction), row -> row.isInFlight(owner));
            rows.addAll(reclaim(chosen, tx, owner, maxRecoveries));
        }
        return reclaimed(null, null, rows);
    }

    @Override
    public List<ProcessRow> processes() {
        return transactions.autocommit(tx -> database.processes.select(tx, process -> true).stream()
                .map(ProcessRecord::stored)
                .toList());
    }
}
