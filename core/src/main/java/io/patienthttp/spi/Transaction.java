package io.patienthttp.spi;

import java.sql.Connection;

/** A database transaction that is open on the current thread. */
public interface Transaction {

    /** The connection that it runs on. Not to be committed, rolled back or closed by who receives it. */
    Connection connection();

    /**
     * Runs the action once the transaction has committed; never if it rolls back. Where nobody tells us of the commit
     * (a connection of the caller) it does not run at all, so nothing may depend on it but speed.
     */
    void afterCommit(Runnable action);
}
