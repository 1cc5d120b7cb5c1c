package io.patienthttp.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** SIGKILL at each hand-over. */
@Tag("fault")
class KillTest implements PrintsTable {

    private static final int REQUESTS = 20;

    /** Five times what recovery may take on a quiet machine: lease, heartbeat and 5 s. */
    private static final Duration RECOVERY = Duration.ofSeconds(5 * (Worker.LEASE + Worker.HEARTBEAT + 5));

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"INSERTED", "RECLAIMING", "RELEASING"})
    void aSurvivorFinishesWhatAKilledProcessHeldAt(Point point) throws Exception {
        try (var run = new FaultRun("kill -9: " + point)) {
            // its own engine must not run the callbacks before the kill, where they are not what is paused
            var victim = run.launch("point=" + point, "poll-interval=" + (point == Point.OUTCOME_COMMITTED ? 600 : 1));
            var survivor = run.launch();
            run.enqueue(REQUESTS, url(run, point), "pausing");
            victim.start();
            awaitAt(point, run, victim);
            run.start(survivor);

            var fault = run.kill(victim);

            assertThat(fault.counts()).as("the kill struck something").isTrue();
            var verdict = run.expectClean();
            assertThat(verdict.requests()).isEqualTo(REQUESTS);
            assertThat(verdict.recoveries()).allSatisfy(time -> assertThat(time).isLessThan(RECOVERY));
        }
    }

    @Test
    void aWorkerSendsWhatAKilledProcessHadStored() throws Exception {
        try (var run = new FaultRun("kill -9: INSERTED")) {
            var victim = run.launch("point=INSERTED");
            var survivor = run.launch();
            victim.say("enqueue " + REQUESTS + " " + run.server.slow(100));
            victim.awaitAt(Point.INSERTED);

            run.kill(victim);

            run.acceptStored();
            run.start(survivor);
            assertThat(run.expectClean().requests()).isEqualTo(REQUESTS);
        }
    }

    @Test
    @EnabledIf("io.patienthttp.faults.Chaos#isLong")
    void aSurvivorFinishesWhatAProcessHeldThatIsKilledWhileItReclaimsAnother() throws Exception {
        try (var run = new FaultRun("kill -9: RECLAIMING")) {
            var first = run.launch();
            var second = run.launch("point=RECLAIMING", "max-in-flight=5");
            var survivor = run.launch();
            first.start();
            run.enqueue(REQUESTS, 3_000);
            await().atMost(FaultRun.LONG).until(() -> run.server.waiting() == REQUESTS);
            var killed = run.kill(first);
            second.start();
            second.awaitAt(Point.RECLAIMING);
            run.start(survivor);

            run.kill(second);

            assertThat(killed.inFlight()).hasSize(REQUESTS);
            var verdict = run.expectClean();
            assertThat(verdict.sentAgain()).isEqualTo(REQUESTS);
            assertThat(verdict.recoveries()).allSatisfy(time -> assertThat(time).isLessThan(RECOVERY));
        }
    }

    @Test
    @EnabledIf("io.patienthttp.faults.Chaos#isLong")
    void aSurvivorFinishesWhatAProcessHeldThatIsKilledWhileItGivesItBack() throws Exception {
        try (var run = new FaultRun("kill -9: RELEASING")) {
            var victim = run.launch("point=RELEASING", "shutdown-timeout=1");
            var survivor = run.launch();
            victim.start();
            run.enqueue(REQUESTS, 10_000);
            await().atMost(FaultRun.LONG).until(() -> run.server.waiting() == REQUESTS);
            victim.terminate();
            victim.awaitAt(Point.RELEASING);

            var fault = run.kill(victim);

            run.start(survivor);
            assertThat(fault.inFlight()).as("nothing was committed").hasSize(REQUESTS);
            assertThat(run.expectClean().sentAgain()).isEqualTo(REQUESTS);
        }
    }

    private static String url(FaultRun run, Point point) {
        return switch (point) {
            case HEADERS_RECEIVED -> run.server.url("/slow?delay=100&size=4000&hold=headers");
            case MID_BODY -> run.server.url("/slow?delay=100&size=4000&hold=half");
            default -> run.server.slow(100);
        };
    }

    private static void awaitAt(Point point, FaultRun run, WorkerProcess victim) throws InterruptedException {
        if (!point.isOfServer()) {
            victim.awaitAt(point);
            return;
        }
        await().atMost(FaultRun.LONG).until(() -> run.server.held() == REQUESTS);
        await().atMost(FaultRun.LONG).until(() -> Sockets.haveReadAll(run.server.port()));
    }
}
