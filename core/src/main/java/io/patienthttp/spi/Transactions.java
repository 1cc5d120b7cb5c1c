package io.patienthttp.spi;

import java.util.Optional;

/** How Patient HTTP meets the application's transactions. Safe for all threads. */
public interface Transactions {

    /** The transaction of the calling thread, if there is one and we can see it. */
    Optional<Transaction> current();

    /**
     * Runs the work in a new transaction, isolation READ COMMITTED, whatever the caller has open. Commits when it
     * returns, rolls back when it throws.
     *
     * @throws X what the work throws
     * @throws io.patienthttp.StorageException if the transaction cannot begin or commit; after a failed commit it is
     *     unknown whether it took effect
     */
    <T, X extends Exception> T inTransaction(Work<T, X> work) throws X;

    /** Whether a callback that runs in {@link #inTransaction} can take part in the transaction. */
    boolean visibleToCallbacks();

    /** What is done in a transaction. */
    @FunctionalInterface
    interface Work<T, X extends Exception> {

        /** Does it. */
        T run(Transaction transaction) throws X;
    }
}
