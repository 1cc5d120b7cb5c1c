package io.patienthttp.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** SIGSTOP for longer than the lease, then SIGCONT. */
@Tag("fault")
class FreezeTest implements PrintsTable {

    private static final int REQUESTS = 20;

    @Test
    void aFrozenProcessDiscardsWhatItStillHoldsAndGoesOn() throws Exception {
        try (var run = new FaultRun("SIGSTOP: requests in flight")) {
            var victim = run.launch();
            var survivor = run.launch();
            victim.start();
            run.enqueue(REQUESTS, 2_000);
            await().atMost(FaultRun.LONG).until(() -> run.server.waiting() == REQUESTS);

            var fault = run.freeze(victim);
            run.start(survivor);
            await().atMost(FaultRun.LONG).until(() -> run.tables.count("deliveries") == REQUESTS);
            victim.thaw(); // the answers of before are in its sockets

            victim.await(line -> line.contains("was taken for dead"));
            assertThat(fault.inFlight()).hasSize(REQUESTS);
            run.terminate(survivor);
            run.enqueue(REQUESTS, 100);
            run.expectClean();
            assertThat(run.tables.count("deliveries WHERE worker = '" + victim.name() + "'"))
                    .as("delivered by the process that was frozen, after it")
                    .isEqualTo(REQUESTS);
        }
    }

    @Test
    void aCallbackThatWasFrozenTakesEffectOnce() throws Exception {
        try (var run = new FaultRun("SIGSTOP: callbacks running")) {
            var victim = run.launch("callback-seconds=2", "callback-threads=4");
            var survivor = run.launch();
            victim.start();
            run.enqueue(4, 100);
            await().atMost(FaultRun.LONG)
                    .until(() -> run.tables.count("pg_stat_activity"
                                    + " WHERE datname = current_database() AND state = 'active' AND query LIKE '%pg_sleep%'"
                                    + " AND pid <> pg_backend_pid()")
                            == 4);

            var fault = run.freeze(victim);
            run.start(survivor);
            survivor.await(line -> line.contains("4 of its callbacks run again"));
            victim.thaw();

            assertThat(fault.callbacks()).hasSize(4);
            run.expectClean();
        }
    }
}
