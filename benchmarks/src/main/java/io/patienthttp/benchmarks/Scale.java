package io.patienthttp.benchmarks;

import java.util.List;

/**
 * How much is measured.
 *
 * @param warmUp requests before those that are measured, where they take seconds: with a tenth of them the compiler is two
 *     fifths of the CPU
 */
record Scale(
        int repetitions,
        int warmUp,
        boolean sweeps,
        List<Spec> peers,
        int slowAnswers,
        int noDelay,
        int manyInFlight,
        int manyInFlightSeconds,
        int latencySeconds,
        int idleSeconds,
        List<Integer> workers,
        int futureRows) {

    static final Scale FULL =
            new Scale(3, 20_000, true, Spec.PEERS, 5_000, 10_000, 10_000, 30, 60, 60, List.of(1, 2, 4), 1_000_000);

    /** One repetition of less: for a look, not for a claim. */
    static final Scale QUICK = new Scale(
            1,
            500,
            false,
            List.of(Spec.DB_SCHEDULER_100, Spec.DB_SCHEDULER_VIRTUAL),
            1_000,
            2_000,
            2_000,
            8,
            8,
            8,
            List.of(1, 2),
            100_000);
}
