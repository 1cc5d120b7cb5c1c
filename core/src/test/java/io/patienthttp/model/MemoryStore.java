package io.patienthttp.model;

import static java.util.Comparator.comparing;

import io.patienthttp.CancelResult;
import io.patienthttp.RequestState;
import io.patienthttp.model.Cell.Lock;
import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The request store on a {@link MemoryDatabase}: enqueue, claim, complete, release, cancel. What bugs may change is a
 * method of its own.
 */
class MemoryStore extends MemoryProcesses {

    /** What a database refuses to store. */
    static final String REFUSED = "refuse-me";

    private final String cancelledUnsentOutcome;

    MemoryStore(
            MemoryTransactions transactions,
            String cancelledOutcome,
            String cancelledUnsentOutcome,
            String exhaustedOutcome) {
        super(transactions, cancelledOutcome, exhaustedOutcome);
        this.cancelledUnsentOutcome = cancelledUnsentOutcome;
    }

    @Override
    public void insert(Transaction transaction, List<NewRequest> requests) {
        var tx = statement(transaction);
        for (var request : requests) {
            database.requests.insert(tx, request.id(), new RequestRow(request, database.now()));
        }
    }

    @Override
    public List<ClaimedRequest> claim(ClaimOrder order) {
        return transactions.inTransaction(transaction -> claim(statement(transaction), order));
    }

    private List<ClaimedRequest> claim(MemoryTransaction tx, ClaimOrder order) {
        Predicate<RequestRow> due = row -> row.state == RequestState.PENDING && !row.runAt.isAfter(database.now());
        var snapshot = database.requests.snapshot(tx, due);
        var urgentFirst = snapshot.stream().sorted(byPriority(tx)).toList();
        var mostSuspectLast = snapshot.stream().sorted(byRecoveries(tx)).toList();
        if (!mayClaim(tx, order.owner())) {
            return List.of();
        }
        var chosen = fitting(tx, choose(tx, urgentFirst, mostSuspectLast, due, order), order);
        var claimed = new ArrayList<ClaimedRequest>();
        for (var cell : chosen) {
            var row = cell.visible(tx).copy();
            row.state = RequestState.IN_FLIGHT;
            row.owner = order.owner();
            row.epoch++;
            row.claimedAt = database.now();
            cell.set(row);
            claimed.add(new ClaimedRequest(
                    row.ref(),
                    1,
                    row.recoveries,
                    row.request.concurrencyKey(),
                    row.stored(Math.max(row.format, database.observer().format(row.request.id()))),
                    row.createdAt,
                    row.runAt,
                    row.claimedAt,
                    row.deadlineAt,
                    row.request.traceContext()));
        }
        return claimed;
    }

    /** Locks the own process, which must be registered and within its lease. */
    boolean mayClaim(MemoryTransaction tx, UUID owner) {
        Predicate<ProcessRecord> alive = process -> isAlive(process, owner);
        return database.processes.snapshot(tx, alive).stream()
                .anyMatch(cell -> database.processes.lock(tx, cell, Lock.KEY_SHARE, alive) != null);
    }

    boolean isAlive(ProcessRecord process, UUID owner) {
        return process.id().equals(owner)
                && process.lastSeenAt().plus(process.row().lease()).isAfter(database.now());
    }

    /** A suspect of the second degree alone; else suspects, but few, before the others. */
    private List<Cell<UUID, RequestRow>> choose(
            MemoryTransaction tx,
            List<Cell<UUID, RequestRow>> urgentFirst,
            List<Cell<UUID, RequestRow>> mostSuspectLast,
            Predicate<RequestRow> due,
            ClaimOrder order) {
        var suspects = order.suspects();
        int most = suspects.maxRecoveries();
        var fits = due.and(row -> order.rooms().getOrDefault(row.request.concurrencyKey(), 1) > 0);
        var died = fits.and(row -> row.recoveries > 0);
        var locked = lock(tx, mostSuspectLast, died.and(row -> row.recoveries > most), suspects.secondDegree());
        if (locked.isEmpty()) {
            locked.addAll(lock(tx, mostSuspectLast, died.and(row -> row.recoveries == most), suspects.suspects()));
            locked.addAll(lock(tx, mostSuspectLast, died.and(row -> row.recoveries == most - 1), suspects.near()));
            var innocent = fits.and(row -> row.recoveries < Math.max(1, most - 1));
            locked.addAll(lock(tx, urgentFirst, innocent, order.limit()));
        }
        return locked.subList(0, Math.min(locked.size(), order.limit()));
    }

    private List<Cell<UUID, RequestRow>> lock(
            MemoryTransaction tx, List<Cell<UUID, RequestRow>> candidates, Predicate<RequestRow> which, int limit) {
        var locked = new ArrayList<Cell<UUID, RequestRow>>();
        for (var cell : candidates) {
            var row = cell.visible(tx);
            if (locked.size() < limit
                    && row != null
                    && which.test(row)
                    && database.requests.lockUnlessLocked(tx, cell, Lock.NO_KEY_UPDATE, which) != null) {
                locked.add(cell);
            }
        }
        return locked;
    }

    /** Of each key as many as it has room for, the most urgent first. */
    private static List<Cell<UUID, RequestRow>> fitting(
            MemoryTransaction tx, List<Cell<UUID, RequestRow>> locked, ClaimOrder order) {
        var rooms = new HashMap<>(order.rooms());
        var fitting = new ArrayList<Cell<UUID, RequestRow>>();
        for (var cell : locked.stream().sorted(byPriority(tx)).toList()) {
            var left = rooms.computeIfPresent(cell.visible(tx).request.concurrencyKey(), (key, room) -> room - 1);
            if (left == null || left >= 0) {
                fitting.add(cell);
            }
        }
        return fitting;
    }

    private static Comparator<Cell<UUID, RequestRow>> byRecoveries(MemoryTransaction tx) {
        return comparing((Cell<UUID, RequestRow> cell) -> cell.visible(tx).recoveries)
                .thenComparing(cell -> cell.visible(tx).runAt)
                .thenComparing(cell -> cell.key);
    }

    private static Comparator<Cell<UUID, RequestRow>> byPriority(MemoryTransaction tx) {
        return comparing((Cell<UUID, RequestRow> cell) ->
                        cell.visible(tx).request.priority())
                .thenComparing(cell -> cell.visible(tx).runAt)
                .thenComparing(cell -> cell.key);
    }

    @Override
    public List<Recorded> complete(Transaction transaction, UUID owner, Collection<Completion> completions) {
        var recorded = new ArrayList<Recorded>();
        completions.stream().sorted(comparing(Completion::ref)).forEach(completion -> {
            var tx = statement(transaction);
            if (completion.outcome().text().contains(REFUSED)) {
                throw MemoryDatabase.failure("22021", "not in the encoding of the database");
            }
            database.observer().completes(completion.ref().id());
            var cancelled = cancelledBefore(tx, completion.ref());
            database.requests
                    .update(tx, row -> isHeld(row, owner, completion.ref()), row -> {
                        var flag = cancelled == null ? row.cancelRequested : cancelled;
                        var value = flag ? Value.of(cancelledOutcome) : completion.outcome();
                        var next = row.copy().complete(value.text(), database.now());
                        next.outcomeRef = value.reference();
                        next.format = Math.max(row.format, completion.format());
                        return next;
                    })
                    .forEach(row -> recorded.add(new Recorded(row.job(), row.cancelRequested)));
        });
        return recorded;
    }

    /** What an earlier read says of the flag; null if the update itself reads it. */
    @Nullable
    Boolean cancelledBefore(MemoryTransaction tx, RequestRef ref) {
        return null;
    }

    boolean isHeld(RequestRow row, UUID owner, RequestRef ref) {
        return row.isInFlight(owner) && row.ref().equals(ref);
    }

    @Override
    public List<CallbackJob> release(Transaction transaction, UUID owner, Collection<RequestRef> refs, Duration delay) {
        return release(transaction, row -> refs.stream().anyMatch(ref -> isHeld(row, owner, ref)), delay);
    }

    @Override
    public List<CallbackJob> releaseAll(Transaction transaction, UUID owner) {
        return release(transaction, row -> row.isInFlight(owner), Duration.ZERO);
    }

    private List<CallbackJob> release(Transaction transaction, Predicate<RequestRow> which, Duration delay) {
        var released = database.requests.update(statement(transaction), which, row -> {
            var next = row.copy();
            next.runAt = delay.isZero() ? row.runAt : database.now().plus(delay);
            return row.cancelRequested ? next.complete(cancelledOutcome, database.now()) : next.giveBack();
        });
        return completed(released);
    }

    @Override
    public List<RequestRef> ownedBy(UUID owner) {
        return refs(row -> row.isInFlight(owner));
    }

    @Override
    public List<RequestRef> cancelRequested(UUID owner) {
        return refs(row -> row.isInFlight(owner) && row.cancelRequested);
    }

    @Override
    public Cancellation cancel(Transaction transaction, UUID id) {
        while (true) {
            var changed = database.requests.update(
                    statement(transaction),
                    row -> row.request.id().equals(id)
                            && !row.cancelRequested
                            && (row.state == RequestState.PENDING || row.state == RequestState.IN_FLIGHT),
                    row -> {
                        var next = row.copy();
                        next.cancelRequested = true;
                        return row.state == RequestState.PENDING
                                ? next.complete(
                                        row.epoch == 0 ? cancelledUnsentOutcome : cancelledOutcome, database.now())
                                : next;
                    });
            if (!changed.isEmpty()) {
                return new Cancellation(
                        CancelResult.CANCELLED, completed(changed).stream().findFirst());
            }
            var found = one(statement(transaction), id);
            if (found.isEmpty()) {
                return new Cancellation(CancelResult.NOT_FOUND, Optional.empty());
            }
            if (found.get().cancelRequested) {
                return new Cancellation(CancelResult.CANCELLED, Optional.empty());
            }
            if (found.get().state == RequestState.COMPLETED || found.get().state == RequestState.DEAD) {
                return new Cancellation(CancelResult.TOO_LATE, Optional.empty());
            }
        }
    }
}
