package io.patienthttp.internal.deliver;

import io.patienthttp.StorageException;
import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.CallbackRun;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.Transactions;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what was delivered, rows and jobs, many in one transaction. The engine's thread waits for the commit: only then
 * does its job end. While the database is away it tries again, because a callback that ran must not run again.
 */
final class Removals {

    private static final Logger log = LoggerFactory.getLogger(Removals.class);

    private static final Duration BACKOFF = Duration.ofMillis(500);

    private final RequestStore store;
    private final Transactions transactions;
    private final CallbackQueue queue;
    private final Combiner<Removal, Boolean> batches = new Combiner<>(this::removeAll);
    private volatile boolean stopped;

    Removals(RequestStore store, Transactions transactions, CallbackQueue queue) {
        this.store = store;
        this.transactions = transactions;
        this.queue = queue;
    }

    void start() {
        stopped = false;
    }

    void stop() {
        stopped = true;
    }

    /** Removes the job of the run, and the row if it is not gone yet; waits until that is committed. */
    void remove(CallbackRun run, boolean row) {
        while (true) {
            try {
                batches.submit(new Removal(run, row));
                return;
            } catch (StorageException e) {
                if (stopped) {
                    throw e; // the callback will run again
                }
                log.warn("Could not remove request {}: {}. Trying again in {}", run.ref(), e.getMessage(), BACKOFF);
                pause(e);
            }
        }
    }

    private static void pause(StorageException failure) {
        try {
            Thread.sleep(BACKOFF.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure; // the callback will run again
        }
    }

    private Function<Removal, Boolean> removeAll(List<Removal> removals) {
        var rows = removals.stream()
                .filter(Removal::row)
                .map(removal -> removal.run.ref())
                .sorted()
                .toList();
        var runs = removals.stream().map(Removal::run).toList();
        return transactions.inTransaction(transaction -> {
            if (!rows.isEmpty()) {
                store.remove(transaction, rows);
            }
            queue.remove(transaction, runs);
            return removal -> true;
        });
    }

    private record Removal(CallbackRun run, boolean row) {}
}
