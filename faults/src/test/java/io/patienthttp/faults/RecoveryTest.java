package io.patienthttp.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How long it takes until a survivor has finished what a killed process held. */
@Tag("fault")
class RecoveryTest implements PrintsTable {

    /** That of the defaults, in seconds. */
    static final int DEFAULT_LEASE = 60;

    private static final int REQUESTS = 250;

    private static final int CALLBACKS = 4;

    /** Lease and heartbeat in seconds; those of the defaults and those between only where there is time. */
    static Stream<Arguments> leases() {
        var all = Stream.of(
                Arguments.of(Worker.LEASE, Worker.HEARTBEAT), Arguments.of(8, 2), Arguments.of(DEFAULT_LEASE, 15));
        return Chaos.isLong() ? all : all.limit(1);
    }

    @ParameterizedTest
    @MethodSource("leases")
    void aSurvivorSendsTheRequestsOfAKilledProcess(int lease, int heartbeat) throws Exception {
        try (var run = new FaultRun("kill -9: lease " + lease + " s, requests in flight")) {
            var victim = run.launch("lease=" + lease, "heartbeat=" + heartbeat);
            var survivor = run.launch("lease=" + lease, "heartbeat=" + heartbeat);
            victim.start();
            run.enqueue(REQUESTS, Chaos.isLong() ? 20_000 : 12_000);
            await().atMost(FaultRun.LONG).until(() -> run.server.waiting() == REQUESTS);
            run.start(survivor);

            var fault = run.kill(victim);

            assertThat(fault.inFlight()).hasSize(REQUESTS);
            expectRecovered(run, lease, heartbeat);
        }
    }

    @ParameterizedTest
    @MethodSource("leases")
    void aSurvivorRunsTheCallbacksOfAKilledProcess(int lease, int heartbeat) throws Exception {
        try (var run = new FaultRun("kill -9: lease " + lease + " s, callbacks running")) {
            var victim = run.launch("lease=" + lease, "heartbeat=" + heartbeat, "point=CALLBACK_RUNNING");
            var survivor = run.launch("lease=" + lease, "heartbeat=" + heartbeat);
            victim.start();
            run.enqueue(CALLBACKS, 100);
            victim.awaitAt(Point.CALLBACK_RUNNING);
            await().atMost(FaultRun.LONG)
                    .until(() -> run.tables.callbacks(victim.pid()).size() == CALLBACKS);
            run.start(survivor);

            var fault = run.kill(victim);

            assertThat(fault.undelivered()).hasSize(CALLBACKS);
            expectRecovered(run, lease, heartbeat);
        }
    }

    private static void expectRecovered(FaultRun run, int lease, int heartbeat) throws InterruptedException {
        var recoveries = run.expectClean().recoveries();
        System.out.println("recovered in " + recoveries + " with a lease of " + lease + " s");
        // five times what it may take on a quiet machine
        assertThat(recoveries).hasSize(1).allSatisfy(time -> assertThat(time)
                .isLessThan(Duration.ofSeconds(5L * (lease + heartbeat + 5))));
    }
}
