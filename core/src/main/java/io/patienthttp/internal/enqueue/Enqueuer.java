package io.patienthttp.internal.enqueue;

import io.patienthttp.Request;
import io.patienthttp.internal.observe.Events;
import io.patienthttp.internal.wire.Column;
import io.patienthttp.internal.wire.Envelope;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.NewRequest;
import io.patienthttp.spi.Transaction;
import io.patienthttp.spi.Transactions;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;

/**
 * Stores requests that are admitted, all in one batch: sealed, and off-loaded if they are large, on the thread of the
 * caller and in its transaction.
 */
public final class Enqueuer {

    private final RequestStore store;
    private final Transactions applicationTransactions;
    private final Transactions ownTransactions;
    private final Admission admission;
    private final Envelope envelope;
    private final AfterCommit afterCommit;

    /**
     * An enqueuer.
     *
     * @param applicationTransactions knows the caller's transaction, where it can
     * @param ownTransactions for callers without one
     */
    public Enqueuer(
            RequestStore store,
            Transactions applicationTransactions,
            Transactions ownTransactions,
            Admission admission,
            Envelope envelope,
            AfterCommit afterCommit) {
        this.store = store;
        this.applicationTransactions = applicationTransactions;
        this.ownTransactions = ownTransactions;
        this.admission = admission;
        this.envelope = envelope;
        this.afterCommit = afterCommit;
    }

    /**
     * Who is told that requests are stored.
     *
     * @param wake tells the claimer that there is something to claim
     */
    public record AfterCommit(Events events, Runnable wake) {}

    /** Stores all in the caller's transaction, or in one of their own if there is none. */
    public List<String> enqueueAll(Collection<Request> requests) {
        var rows = rows(requests);
        return applicationTransactions
                .current()
                .map(transaction -> insert(transaction, requests, rows))
                .orElseGet(() -> ownTransactions.inTransaction(transaction -> insert(transaction, requests, rows)));
    }

    /** Stores all in the given transaction. */
    public List<String> enqueueAll(Transaction transaction, Collection<Request> requests) {
        return insert(transaction, requests, rows(requests));
    }

    private List<String> insert(Transaction transaction, Collection<Request> requests, List<NewRequest> rows) {
        var ids = rows.stream().map(row -> row.id().toString()).toList();
        if (!rows.isEmpty()) {
            store.insert(
                    transaction,
                    rows.stream().map(row -> enclose(transaction, row)).toList());
            if (afterCommit.events.isHeard()) { // before the claimer is woken, which tells more of them
                var enqueued = List.copyOf(requests);
                transaction.afterCommit(() -> tell(ids, enqueued));
            }
            transaction.afterCommit(afterCommit.wake);
        }
        return ids;
    }

    private void tell(List<String> ids, List<Request> requests) {
        for (int i = 0; i < ids.size(); i++) {
            var id = ids.get(i);
            var request = requests.get(i);
            afterCommit.events.tell(listener -> listener.onEnqueued(id, request), request.bodySize());
        }
    }

    private NewRequest enclose(Transaction transaction, NewRequest row) {
        var json = row.callbackArgs();
        var args = json == null ? null : envelope.store(envelope.close(row.id(), Column.CALLBACK_ARGS, utf8(json)));
        var request = envelope.store(
                envelope.close(row.id(), Column.REQUEST, utf8(row.request().text())), transaction);
        return new NewRequest(
                row.id(),
                row.priority(),
                row.delay(),
                row.expiresAfter(),
                row.concurrencyKey(),
                row.callback(),
                row.method(),
                row.host(),
                Envelope.format(args, request),
                args == null ? null : args.text(),
                request,
                row.traceContext());
    }

    private static byte[] utf8(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private List<NewRequest> rows(Collection<Request> requests) {
        return requests.stream().map(admission::admit).toList();
    }
}
