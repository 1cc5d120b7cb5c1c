package io.patienthttp.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code -Dmodel.runs=...} sets the number of interleavings, {@code -Dmodel.seed=...} replays one and prints it. */
@ExtendWith(QuietLogs.class)
class ModelTest {

    private static final long RUNS = Long.getLong("model.runs", 100_000);

    @Test
    void noInterleavingBreaksAPromise() throws Exception {
        var seed = Long.getLong("model.seed");
        if (seed != null) {
            assertThat(replay(seed, System.out::println)).as("seed " + seed).isNull();
            return;
        }

        var broken = Runs.broken(Bug.NONE, RUNS);

        assertThat(broken)
                .as("seeds that break a promise; replay one with -Dmodel.seed=<seed>")
                .isEmpty();
    }

    private static String replay(long seed, Consumer<String> trace) {
        try (var stacks = new Stacks("replay")) {
            return new Simulation(seed, Bug.NONE, stacks, trace).run();
        }
    }
}
