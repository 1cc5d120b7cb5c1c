package io.patienthttp.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** SIGKILL at random moments, of one of two to four workers under load. */
@Tag("fault")
@Order(2)
class RandomKillsTest implements PrintsTable {

    private static final int KILLS = Chaos.isLong() ? 100 : 3;

    private static final Duration TIME = Duration.ofMinutes(Chaos.MINUTES);

    private final Random random = Chaos.random("random kills");

    @Test
    void nothingIsLostHoweverManyWorkersAreKilled() throws Exception {
        long begin = System.nanoTime();
        do {
            killAtRandom();
        } while (System.nanoTime() - begin < TIME.toNanos());
    }

    private void killAtRandom() throws Exception {
        try (var run = new FaultRun("kill -9 at random")) {
            var workers = new ArrayList<WorkerProcess>();
            for (int i = 2 + random.nextInt(3); i > 0; i--) {
                workers.add(run.launch());
            }
            for (var worker : workers) {
                run.start(worker);
            }
            try (var load = new Load(run, random, 20, 2_000)) {
                for (int kills = 0; kills < KILLS; kills++) {
                    var replacement = run.launch();
                    Thread.sleep(random.nextInt(3_000)); // the moment is what is random
                    run.kill(workers.remove(random.nextInt(workers.size())));
                    run.start(replacement);
                    workers.add(replacement);
                }
            }

            assertThat(run.expectClean().kills()).isPositive();
        }
    }
}
