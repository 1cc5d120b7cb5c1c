package io.patienthttp.internal.recover;

import io.patienthttp.StorageException;
import io.patienthttp.StorageException.Reason;
import io.patienthttp.internal.deliver.Announcer;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.Transaction;
import io.patienthttp.spi.Transactions;
import java.util.function.Function;

/** The store, transactions of our own to use it in, and who tells what they did. */
public record Reach(RequestStore store, Transactions transactions, Announcer announcer) {

    private static final int TRIES = 5;

    /** Runs the work in a transaction; again, a few times, if another transaction was in the way. */
    public <T> T inTransaction(Function<Transaction, T> work) {
        for (int tries = 1; ; tries++) {
            try {
                return transactions.inTransaction(work::apply);
            } catch (StorageException e) {
                if (e.reason() != Reason.CONFLICT || tries == TRIES) {
                    throw e;
                }
            }
        }
    }
}
