package io.patienthttp.model;

import java.util.function.BooleanSupplier;

/** Where the code under test meets the scheduler. */
interface Steps {

    /** A point at which others may run, or something may fail. */
    void step();

    /** Lets others run until it is ready; false if it is not at the deadline. */
    boolean await(BooleanSupplier ready, long deadline);

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
