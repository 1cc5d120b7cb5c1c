package io.patienthttp.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patienthttp.RequestState;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Workers under load that nobody harms. */
@Tag("fault")
class ProcessesTest implements PrintsTable {

    private static final int MOST_THREADS = 60;

    private static final int MANY = Chaos.isLong() ? 10_000 : 2_000;

    /** Of the defaults: nobody is to be taken for dead on a busy machine. */
    private static final String[] PATIENT = {"lease=60", "heartbeat=15"};

    @Test
    void twoThousandRequestsAreInFlightTogetherOnFewThreads() throws Exception {
        try (var run = new FaultRun("no fault: 2,000 in flight in one process")) {
            var worker = run.start(run.launch("max-in-flight=2500", "lease=60", "heartbeat=15"));

            run.enqueue(2_000, 20_000); // long enough to claim them all on a busy machine

            await().atMost(FaultRun.LONG).until(() -> run.server.waiting() == 2_000);
            assertThat(worker.usage().threads()).hasSizeLessThan(MOST_THREADS);
            await().atMost(FaultRun.LONG).until(() -> run.tables.count("deliveries") > 0);
            assertThat(worker.usage().threads()).hasSizeLessThan(MOST_THREADS);
            assertThat(run.expectClean().sentAgain()).isZero();
            assertThat(run.tables.count("deliveries WHERE kind = 'response'")).isEqualTo(2_000);
        }
    }

    @Test
    void fourProcessesSendManyRequestsExactlyOnceEach() throws Exception {
        try (var run = new FaultRun("no fault: " + MANY + " in four processes")) {
            var workers = List.of(run.launch(PATIENT), run.launch(PATIENT), run.launch(PATIENT), run.launch(PATIENT));
            workers.forEach(WorkerProcess::begin);
            for (var worker : workers) {
                worker.awaitReady();
            }

            run.enqueue(MANY, 0);

            var verdict = run.expectClean();
            assertThat(verdict.sentAgain()).isZero();
            assertThat(run.server.hits()).hasSize(MANY);
        }
    }

    @Test
    void sigtermDeliversWhatFinishesAndReleasesTheRestAtOnce() throws Exception {
        try (var run = new FaultRun("rolling restart: of one")) {
            var first = run.start(run.launch(PATIENT));
            run.enqueue(100, 3_000);
            var quick = run.tables.requests();
            run.enqueue(10, 40_000);
            await().atMost(FaultRun.LONG).until(() -> run.server.waiting() == 110);

            run.terminate(first);

            assertThat(run.tables.delivered()).isEqualTo(quick);
            assertThat(run.operations().counts())
                    .containsEntry(RequestState.PENDING, 10L)
                    .containsEntry(RequestState.IN_FLIGHT, 0L)
                    .containsEntry(RequestState.COMPLETED, 0L);
            assertThat(run.tables.processes()).isEmpty();
            run.start(run.launch(PATIENT));
            await().atMost(FaultRun.LONG).until(() -> run.server.hitCount() == 120);
            assertThat(quick)
                    .allSatisfy(id -> assertThat(run.server.hits().get(id)).hasSize(1));
        }
    }
}
