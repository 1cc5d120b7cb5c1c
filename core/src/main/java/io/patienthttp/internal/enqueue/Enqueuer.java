package io.patienthttp.internal.enqueue;

import com.github.f4b6a3.uuid.UuidCreator;
import io.patienthttp.Request;
import io.patienthttp.internal.wire.RequestCodec;
import io.patienthttp.spi.CallbackResolver;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.NewRequest;
import io.patienthttp.spi.Transaction;
import io.patienthttp.spi.Transactions;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Stores requests: checks each against what this process knows, and inserts all in one batch. */
public final class Enqueuer {

    private final RequestStore store;
    private final Transactions applicationTransactions;
    private final Transactions ownTransactions;
    private final CallbackResolver callbacks;
    private final Set<String> refusedHeaders;
    private final Runnable wake;
    private final RequestCodec codec = new RequestCodec();

    /**
     * An enqueuer.
     *
     * @param applicationTransactions knows the caller's transaction, where it can
     * @param ownTransactions for callers without one
     * @param refusedHeaders lower-case names of headers whose value must be a secret
     * @param wake tells the claimer, after a commit, that there is something to claim
     */
    public Enqueuer(
            RequestStore store,
            Transactions applicationTransactions,
            Transactions ownTransactions,
            CallbackResolver callbacks,
            Set<String> refusedHeaders,
            Runnable wake) {
        this.store = store;
        this.applicationTransactions = applicationTransactions;
        this.ownTransactions = ownTransactions;
        this.callbacks = callbacks;
        this.refusedHeaders = refusedHeaders;
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
            store.insert(transaction, rows);
            transaction.afterCommit(wake);
        }
        return rows.stream().map(row -> row.id().toString()).toList();
    }

    private List<NewRequest> rows(Collection<Request> requests) {
        return requests.stream().map(this::row).toList();
    }

    private NewRequest row(Request request) {
        refuseLiteralCredentials(request);
        var host = request.url().getHost().toLowerCase(Locale.ROOT);
        return new NewRequest(
                UuidCreator.getTimeOrderedEpoch(),
                request.priority(),
                request.delay(),
                request.concurrencyKey().orElse(host),
                callbackOf(request),
                request.method().name(),
                host,
                codec.write(request.callbackArgs()),
                codec.write(request));
    }

    private String callbackOf(Request request) {
        var callback = request.callback()
                .orElseThrow(() -> new IllegalArgumentException(
                        "callback must be set: .callback(MyCallback.class), one of " + callbacks.names()));
        return callbacks
                .nameOf(callback)
                .orElseThrow(() -> new IllegalArgumentException(
                        "callback must be registered, was \"" + callback + "\", registered are " + callbacks.names()));
    }

    private void refuseLiteralCredentials(Request request) {
        for (var header : request.headers().keySet()) {
            if (refusedHeaders.contains(header)) {
                throw new IllegalArgumentException(
                        "header " + header + " must not hold a literal credential, because it"
                                + " would be stored in the database: use .header(\"" + header
                                + "\", Secret.named(\"...\")), or allow it with allow-literal-credentials");
            }
        }
    }
}
