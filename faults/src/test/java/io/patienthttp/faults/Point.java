package io.patienthttp.faults;

/** A step between two hand-overs at which a worker can be made to pause for ever, so that it can be killed exactly there. */
enum Point {
    /** The request is stored; nobody has claimed it. */
    INSERTED(When.COMMITTED, "INSERT INTO patient_http_requests"),
    /** The request is claimed; the process has not seen it yet. */
    CLAIMED(When.COMMITTED, "SET state = 'IN_FLIGHT'"),
    /** The request is about to be sent. */
    BEFORE_SEND(When.CODE, ""),
    /** The process has read the headers of the answer; the server sends no more. */
    HEADERS_RECEIVED(When.SERVER, ""),
    /** The process has read half of the body; the server sends no more. */
    MID_BODY(When.SERVER, ""),
    /** The answer is complete, and in memory only. */
    OUTCOME_IN_MEMORY(When.PREPARED, "SET state = 'COMPLETED', owner = NULL"),
    /** The outcome is stored; the engine of the process does not know. */
    OUTCOME_COMMITTED(When.COMMITTED, "SET state = 'COMPLETED', owner = NULL"),
    /** The callback has written, in its transaction, and has not returned. */
    CALLBACK_RUNNING(When.CODE, ""),
    /** The callback took effect and the row is gone; the job is still there. */
    CALLBACK_COMMITTED(When.COMMITTED, "INSERT INTO deliveries"),
    /** The requests of a dead process are given back: all is written, nothing committed. */
    RECLAIMING(When.COMMITTING, "recoveries = recoveries + 1"),
    /** The process stops, and gives back what it still owns: written, not committed. */
    RELEASING(When.COMMITTING, "WHEN cancel_requested THEN 'COMPLETED' ELSE 'PENDING' END");

    private final When when;
    private final String statement;

    Point(When when, String statement) {
        this.when = when;
        this.statement = statement;
    }

    /** Whether it is at the moment before this statement is sent. */
    boolean isBefore(String sql) {
        return when == When.PREPARED && sql.contains(statement);
    }

    /** Whether it is at the moment before the transaction with this statement commits. */
    boolean isBeforeCommitOf(String sql) {
        return when == When.COMMITTING && sql.contains(statement);
    }

    /** Whether it is at the moment after the transaction with this statement has committed. */
    boolean isAfterCommitOf(String sql) {
        return when == When.COMMITTED && sql.contains(statement);
    }

    /** Whether the server holds the answer, so that nothing in the worker pauses. */
    boolean isOfServer() {
        return when == When.SERVER;
    }

    /** Says so, and never returns. */
    void pause() {
        System.out.println("AT " + this);
        while (true) {
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (InterruptedException e) {
                // Whoever wants this thread to end has to kill the process.
            }
        }
    }

    private enum When {
        PREPARED,
        COMMITTING,
        COMMITTED,
        CODE,
        SERVER
    }
}
