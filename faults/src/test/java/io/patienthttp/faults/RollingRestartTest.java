package io.patienthttp.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** A deploy: three workers are restarted one after the other, by SIGTERM, under load. */
@Tag("fault")
class RollingRestartTest implements PrintsTable {

    private static final int SIGTERM = 128 + 15;

    private final Random random = Chaos.random("rolling restart");

    @Test
    void nothingIsSentAgainIfDrainingOutlastsTheLongestRequest() throws Exception {
        try (var run = new FaultRun("rolling restart: default timeouts")) {
            restartAll(run, 2_000, "lease=60", "heartbeat=15");

            assertThat(run.expectClean().sentAgain()).isZero();
        }
    }

    @Test
    @EnabledIf("io.patienthttp.faults.Chaos#isLong")
    void whatDoesNotEndInTimeIsSentAgainAtOnce() throws Exception {
        try (var run = new FaultRun("rolling restart: shutdown-timeout 1 s")) {
            restartAll(run, 6_000, "lease=60", "heartbeat=15", "shutdown-timeout=1");

            assertThat(run.expectClean().sentAgain()).isPositive();
        }
    }

    private void restartAll(FaultRun run, int longestDelayMillis, String... options) throws Exception {
        var workers = new ArrayDeque<WorkerProcess>();
        for (int i = 0; i < 3; i++) {
            workers.add(run.launch(options).begin());
        }
        for (var worker : workers) {
            worker.awaitReady();
        }
        try (var load = new Load(run, random, 20, longestDelayMillis)) {
            for (int i = 0; i < 3; i++) {
                var old = workers.remove();
                var replacement = run.launch(options).start();
                workers.add(replacement);
                assertThat(run.terminate(old)).isEqualTo(SIGTERM);
            }
        }
    }
}
