package io.patienthttp.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patienthttp.RequestState;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Callbacks that end their process, and an engine whose table cannot be used. */
@Tag("fault")
class EngineTest implements PrintsTable {

    private static final int ATTEMPTS = 3;

    private static final int REQUESTS = 50;

    private static final int LEASES = Chaos.isLong() ? 10 : 4;

    @Test
    void aCallbackThatEndsItsProcessIsDeadAfterItsAttemptsAndMayBeDeliveredAgain() throws Exception {
        try (var run = new FaultRun("engine: callback ends its process")) {
            run.enqueue(1, 100);
            var id = run.tables.requests().iterator().next();

            for (int i = 0; i < ATTEMPTS; i++) {
                var worker = worker(run).begin();
                await().atMost(FaultRun.LONG).until(() -> !worker.isAlive());
            }
            worker(run).start();

            await().atMost(FaultRun.LONG).until(() -> run.operations().counts().get(RequestState.DEAD) == 1);
            assertThat(run.tables.count("deaths")).isEqualTo(ATTEMPTS);
            assertThat(run.tables.count("deliveries")).isZero();
            assertThat(run.operations().deliverAgain(id)).isTrue();
            assertThat(run.expectClean().sentAgain()).isZero();
        }
    }

    private static WorkerProcess worker(FaultRun run) {
        return run.launch("deaths=" + ATTEMPTS, "max-attempts=" + ATTEMPTS);
    }

    @Test
    @EnabledIf("io.patienthttp.faults.Chaos#isLong")
    void aCallbackThatTakesLongerThanTheEngineWaitsForHeartbeatsIsNotTakenForDead() throws Exception {
        try (var run = new FaultRun("engine: callback takes 630 s, dead limit 600 s")) {
            run.start(run.launch("callback-seconds=630"));
            run.start(run.launch("callback-seconds=630"));

            run.enqueue(4, 100);
            await().atMost(FaultRun.LONG.plusSeconds(630)).until(() -> run.tables.count("deliveries") == 4);

            assertThat(run.expectClean().sentAgain()).isZero();
            assertThat(run.output()).noneMatch(line -> line.contains("running it again"));
        }
    }

    @Test
    void aTableOfTheEngineThatIsLockedForLeasesDelaysOutcomesAndNothingElse() throws Exception {
        try (var run = new FaultRun("engine: its table locked for " + LEASES + " leases")) {
            run.start(run.launch());
            run.start(run.launch());
            var processes = run.tables.processes();
            run.enqueue(REQUESTS, 1_000);
            await().atMost(FaultRun.LONG).until(() -> run.server.waiting() == REQUESTS);

            try (var lock = run.tables.lock("scheduled_tasks")) {
                run.enqueue(REQUESTS, 100);
                Thread.sleep(LEASES * 1_000 * Worker.LEASE); // the time is the fault
                assertThat(run.server.hitCount()).isEqualTo(2 * REQUESTS);
                assertThat(run.tables.count("patient_http_requests")).isEqualTo(2 * REQUESTS);
            }

            assertThat(run.expectClean().sentAgain()).isZero();
            assertThat(run.tables.processes()).isEqualTo(processes);
        }
    }
}
