package io.patienthttp.model;

import static java.util.Comparator.comparing;
import static java.util.Comparator.naturalOrder;

import io.patienthttp.Backlog;
import io.patienthttp.RequestState;
import io.patienthttp.RequestStatus;
import io.patienthttp.model.Cell.Lock;
import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.Transaction;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The part of the store that is about outcomes and dead requests, and what is only read. */
abstract class MemoryOutcomes implements RequestStore {

    final MemoryTransactions transactions;
    final MemoryDatabase database;
    final String cancelledOutcome;

    MemoryOutcomes(MemoryTransactions transactions, String cancelledOutcome) {
        this.transactions = transactions;
        this.database = transactions.database;
        this.cancelledOutcome = cancelledOutcome;
    }

    MemoryTransaction statement(Transaction transaction) {
        var mine = MemoryTransaction.of(transaction);
        database.statement(mine);
        return mine;
    }

    List<RequestRef> refs(Predicate<RequestRow> which) {
        return transactions.autocommit(tx -> database.requests.select(tx, which).stream()
                .map(RequestRow::ref)
                .toList());
    }

    Optional<RequestRow> one(MemoryTransaction tx, UUID id) {
        return database.requests.select(tx, row -> row.request.id().equals(id)).stream()
                .findFirst();
    }

    static List<CallbackJob> completed(List<RequestRow> rows) {
        return rows.stream()
                .filter(row -> row.state == RequestState.COMPLETED)
                .map(RequestRow::job)
                .toList();
    }

    @Override
    public Map<UUID, StoredOutcome> outcomes(Collection<UUID> ids) {
        database.observer().reads(ids);
        return transactions.autocommit(tx -> {
            var found = new HashMap<UUID, StoredOutcome>();
            database.requests
                    .select(tx, row -> ids.contains(row.request.id()))
                    .forEach(row -> found.put(row.request.id(), outcome(row)));
            return found;
        });
    }

    @Override
    public Optional<byte[]> outcomeText(UUID id) {
        throw new UnsupportedOperationException("no outcome of a model is large");
    }

    private StoredOutcome outcome(RequestRow row) {
        var stored = row.stored();
        return new StoredOutcome(
                row.ref(),
                row.state,
                row.format,
                1,
                stored.method(),
                stored.host(),
                stored.callback(),
                stored.callbackArgs(),
                row.outcome == null ? null : new Value(row.outcome, row.outcomeRef),
                row.request.traceContext(),
                row.completedAt == null ? Duration.ZERO : Duration.between(row.completedAt, database.now()));
    }

    @Override
    public Optional<StoredOutcome> lockOutcome(Transaction transaction, UUID id) {
        var tx = statement(transaction);
        return database.requests.snapshot(tx, row -> row.request.id().equals(id)).stream()
                .map(cell -> database.requests.lock(tx, cell, Lock.UPDATE, row -> true))
                .filter(row -> row != null)
                .findFirst()
                .map(this::outcome);
    }

    @Override
    public Optional<StoredRequest> request(UUID id) {
        return transactions.autocommit(tx -> one(tx, id).map(RequestRow::stored));
    }

    @Override
    public int remove(Transaction transaction, Collection<RequestRef> refs) {
        return database.requests
                .delete(statement(transaction), row -> row.state == RequestState.COMPLETED && refs.contains(row.ref()))
                .size();
    }

    @Override
    public boolean deadLetter(Transaction transaction, RequestRef ref, String lastError) {
        return !database.requests
                .update(
                        statement(transaction),
                        row -> row.state == RequestState.COMPLETED && row.ref().equals(ref),
                        row -> {
                            var next = row.copy();
                            next.state = RequestState.DEAD;
                            next.deadAt = database.now();
                            next.lastError = lastError;
                            return next;
                        })
                .isEmpty();
    }

    @Override
    public List<CompletedRow> completedBefore(Duration age, @Nullable CompletedRow after, int limit) {
        return transactions.autocommit(tx -> {
            var before = database.now().minus(age);
            return database
                    .requests
                    .select(
                            tx,
                            row -> row.state == RequestState.COMPLETED
                                    && row.completedAt.isBefore(before)
                                    && isAfter(row, after))
                    .stream()
                    .sorted(comparing((RequestRow row) -> row.completedAt).thenComparing(RequestRow::ref))
                    .limit(limit)
                    .map(row -> new CompletedRow(row.ref(), row.completedAt))
                    .toList();
        });
    }

    private static boolean isAfter(RequestRow row, @Nullable CompletedRow after) {
        if (after == null) {
            return true;
        }
        var byTime = row.completedAt.compareTo(after.completedAt());
        return byTime > 0
                || (byTime == 0 && row.request.id().compareTo(after.ref().id()) > 0);
    }

    @Override
    public Optional<CallbackJob> renew(Transaction transaction, RequestRef ref) {
        return database
                .requests
                .update(
                        statement(transaction),
                        row -> row.state == RequestState.COMPLETED && row.ref().equals(ref),
                        row -> {
                            var next = row.copy();
                            next.epoch++;
                            return next;
                        })
                .stream()
                .findFirst()
                .map(RequestRow::job);
    }

    @Override
    public Set<String> references(Collection<UUID> ids) {
        return transactions.autocommit(
                tx -> database.requests.select(tx, row -> ids.contains(row.request.id())).stream()
                        .flatMap(row -> Stream.of(row.request.request().reference(), row.outcomeRef))
                        .filter(reference -> reference != null)
                        .collect(Collectors.toSet()));
    }

    @Override
    public UUID installation() {
        return new UUID(0, 0);
    }

    @Override
    public Optional<RequestStatus> find(UUID id) {
        return transactions.autocommit(tx -> one(tx, id)
                .map(row -> new RequestStatus(
                        row.request.id().toString(),
                        row.state,
                        new RequestStatus.Attempts(1, row.recoveries, row.cancelRequested),
                        row.request.callback(),
                        row.createdAt,
                        row.lastError)));
    }

    @Override
    public Map<RequestState, Long> counts() {
        return transactions.autocommit(tx -> {
            var counts = new EnumMap<RequestState, Long>(RequestState.class);
            for (var state : RequestState.values()) {
                counts.put(state, 0L);
            }
            database.requests.select(tx, row -> true).forEach(row -> counts.merge(row.state, 1L, Long::sum));
            return counts;
        });
    }

    /** No bound is of interest here. */
    @Override
    public Backlog backlog() {
        var counts = new EnumMap<RequestState, Integer>(RequestState.class);
        counts().forEach((state, count) -> counts.put(state, count.intValue()));
        var oldest = transactions.autocommit(
                tx -> database.requests.select(tx, row -> row.state == RequestState.PENDING).stream()
                        .map(row -> Duration.between(row.runAt, database.now()))
                        .filter(age -> !age.isNegative())
                        .max(naturalOrder()));
        return new Backlog(counts, oldest);
    }

    @Override
    public Optional<CallbackJob> deliverAgain(Transaction transaction, UUID id) {
        return dead(statement(transaction), id, row -> {
                    var next = row.copy();
                    next.epoch++;
                    next.lastError = null;
                    return next.complete(row.outcome, database.now());
                })
                .map(RequestRow::job);
    }

    @Override
    public boolean sendAgain(UUID id) {
        return transactions.autocommit(tx -> dead(tx, id, row -> asIfNew(row))).isPresent();
    }

    RequestRow asIfNew(RequestRow row) {
        var next = new RequestRow(row.request, row.createdAt);
        next.epoch = row.epoch + 1;
        next.runAt = database.now();
        next.deadlineAt = null;
        return next;
    }

    private Optional<RequestRow> dead(MemoryTransaction tx, UUID id, UnaryOperator<RequestRow> change) {
        return database
                .requests
                .update(tx, row -> row.request.id().equals(id) && row.state == RequestState.DEAD, change)
                .stream()
                .findFirst();
    }

    @Override
    public int deleteDead(Duration age, int limit) {
        return transactions.autocommit(tx -> {
            var before = database.now().minus(age);
            var old =
                    database.requests.select(tx, row -> row.state == RequestState.DEAD && row.deadAt.isBefore(before));
            var chosen = old.stream().map(RequestRow::ref).limit(limit).toList();
            return database.requests
                    .delete(tx, row -> row.state == RequestState.DEAD && chosen.contains(row.ref()))
                    .size();
        });
    }

    @Override
    public boolean deleteDead(UUID id) {
        return transactions.autocommit(tx -> !database.requests
                .delete(tx, row -> row.request.id().equals(id) && row.state == RequestState.DEAD)
                .isEmpty());
    }
}
