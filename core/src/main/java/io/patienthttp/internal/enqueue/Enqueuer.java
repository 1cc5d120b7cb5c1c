package io.patienthttp.internal.enqueue;

import io.patienthttp.Request;
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
    private final Runnable wake;

    /**
     * An enqueuer.
     *
     * @param applicationTransactions knows the caller's transaction, where it can
     * @param ownTransactions for callers without one
     * @param wake tells the claimer, after a commit, that there is something to claim
     */
    public Enqueuer(
            RequestStore store,
            Transactions applicationTransactions,
            Transactions ownTransactions,
            Admission admission,
            Envelope envelope,
            Runnable wake) {
        this.store = store;
        this.applicationTransactions = applicationTransactions;
        this.ownTransactions = ownTransactions;
        this.admission = admission;
        this.envelope = envelope;
        this.wake = wake;
    }

    /** Stores all in the caller's transaction, or in one of their own if there is none. */
    public List<String> enqueueAll(Collection<Request> requests) {
        var rows = rows(requests);
        return applicationTransactions
                .current()
                .map(transaction -> insert(transaction, rows))
                .orElseGet(() -> ownTransactions.inTransaction(transaction -> insert(transaction, rows)));
    }

    /** Stores all in the given transaction. */
    public List<String> enqueueAll(Transaction transaction, Collection<Request> requests) {
        return insert(transaction, rows(requests));
    }

    private List<String> insert(Transaction transaction, List<NewRequest> rows) {
        if (!rows.isEmpty()) {
            store.insert(
                    transaction,
                    rows.stream().map(row -> enclose(transaction, row)).toList());
            transaction.afterCommit(wake);
        }
        return rows.stream().map(row -> row.id().toString()).toList();
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
                request);
    }

    private static byte[] utf8(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private List<NewRequest> rows(Collection<Request> requests) {
        return requests.stream().map(admission::admit).toList();
    }
}
