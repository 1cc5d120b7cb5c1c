package io.patienthttp.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The model can find what it looks for. */
@ExtendWith(QuietLogs.class)
class SeededBugsTest {

    private static final long RUNS = 20_000;

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void theModelFindsTheBug(Bug bug) throws Exception {
        var broken = Runs.broken(bug, RUNS, 1);

        assertThat(broken).as("what breaks with the bug").isNotEmpty();
        var first = broken.firstEntry();
        System.out.printf("%s: found by seed and run %d: %s%n", bug, first.getKey(), first.getValue());
    }

    @Test
    void aSeedDecidesEverything() throws Exception {
        var bug = Bug.DELIVER_IGNORING_THE_EPOCH;
        long found = Runs.broken(bug, RUNS, 1).firstKey();

        assertThat(steps(bug, found))
                .isEqualTo(steps(bug, found))
                .last()
                .asString()
                .startsWith("BROKEN");
        for (long seed = 1; seed <= 200; seed++) {
            assertThat(steps(Bug.NONE, seed)).as("seed " + seed).isEqualTo(steps(Bug.NONE, seed));
        }
    }

    /** Up to the first promise that is broken. */
    private static List<String> steps(Bug bug, long seed) {
        var steps = new ArrayList<String>();
        try (var stacks = new Stacks("replay")) {
            new Simulation(seed, bug, stacks, steps::add).run();
        }
        var end = steps.stream().filter(step -> step.startsWith("BROKEN")).findFirst();
        return end.map(step -> steps.subList(0, steps.indexOf(step) + 1)).orElse(steps);
    }
}
