package io.patienthttp.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** More answers at once than the heap of the worker could hold. */
@Tag("fault")
class MemoryTest implements PrintsTable {

    private static final int REQUESTS = Chaos.isLong() ? 300 : 200;
    private static final int MIB = 1 << 20;

    @Test
    void answersWaitForTheByteBudget() throws Exception {
        try (var run = new FaultRun("memory: " + REQUESTS + " answers of 1 MiB at once")) {
            run.enqueue(REQUESTS, run.server.url("/slow?delay=10000&size=" + MIB + "&random=text"));

            var worker = run.start(run.launch("max-in-flight=" + REQUESTS));

            await().atMost(FaultRun.LONG).until(() -> run.server.waiting() == REQUESTS);
            run.expectClean();
            assertThat(run.tables.kinds().values()).hasSize(REQUESTS).containsOnly("response");
            assertThat(run.server.hitCount()).isEqualTo(REQUESTS);
            assertThat(worker.isAlive()).isTrue();
        }
    }
}
