package io.patienthttp.model;

import java.util.function.BooleanSupplier;

/** Where the code under test meets the scheduler. */
interface Steps {

    /** A point at which others may run, or something may fail. */
    void step();

    /** Lets others run until it is ready; false if it is not at the deadline. */
    boolean await(BooleanSupplier ready, long deadline);

    /** Whether another transaction is in the way of the one that is about to commit. */
    default boolean conflicts() {
        return false;
    }

    /** Told of the end of a transaction: whether another one was in its way. */
    default void ended(boolean conflict) {}

    /** Nanoseconds of the simulated clock. */
    long now();

    /** What becomes of a commit. */
    Fate commitFate();

    /** What becomes of a commit: the answer to it may be lost. */
    enum Fate {
        DONE,
        DONE_ANSWER_LOST,
        NOT_DONE_ANSWER_LOST
    }
}
