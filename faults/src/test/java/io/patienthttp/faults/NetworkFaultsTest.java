package io.patienthttp.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patienthttp.fixture.Databases;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * What may happen between a worker and the database, while another worker has no trouble. Both live through all of it.
 * A worker that is away for longer than its lease is taken for dead, and is not when it is back.
 */
@Tag("fault")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
class NetworkFaultsTest implements PrintsTable {

    private static final int IN_FLIGHT = 40;
    private static final Duration LEASE = Duration.ofSeconds(Worker.LEASE);

    /**
     * A database that answers nothing, without closing the connection, is noticed by the driver only; and the proxy
     * knows a COMMIT by its text.
     */
    private static final String OPTIONS = "&socketTimeout=6&connectTimeout=6&prepareThreshold=0";

    private static final int COMMITS = 15;

    private final Random random = Chaos.random("network faults");
    private TcpProxy proxy;
    private FaultRun run;
    private WorkerProcess victim;

    @BeforeAll
    void start() throws Exception {
        var url = Databases.postgresUrl();
        int port = Integer.parseInt(url.replaceAll(".*:(\\d+)/.*", "$1"));
        proxy = new TcpProxy(port);
        run = new FaultRun("network", url);
        victim = run.launch(url.replace(":" + port + "/", ":" + proxy.port() + "/") + OPTIONS, Map.of());
        var other = run.launch().begin();
        victim.start();
        other.awaitReady();
    }

    @AfterAll
    void stop() throws Exception {
        run.close();
        proxy.close();
    }

    @Test
    void aShortCutIsSurvived() throws Exception {
        strike("network: cut for 0.5 s", false, () -> {
            proxy.cut();
            Thread.sleep(500); // the pool waits as long again, and a heartbeat may have been due: well below the lease
        });
    }

    @Test
    void aWorkerThatIsCutOffIsReplaced() throws Exception {
        strike("network: cut for two leases", true, () -> {
            proxy.cut();
            Thread.sleep(LEASE.multipliedBy(2).toMillis());
        });
    }

    @Test
    void aWorkerThatHearsNothingIsReplaced() throws Exception {
        strike("network: half-open for two leases", true, () -> {
            proxy.goSilent();
            Thread.sleep(LEASE.multipliedBy(2).toMillis());
        });
    }

    @Test
    void aWorkerThatHearsLateIsReplaced() throws Exception {
        strike("network: 5 s latency", true, () -> {
            proxy.delay(2_500); // each way
            Thread.sleep(LEASE.multipliedBy(3).toMillis());
        });
    }

    @Test
    void aCommitWhoseAnswerIsLostIsDoneOnce() throws Exception {
        strike("network: RST mid-commit, committed", false, () -> {
            proxy.loseAnswersToCommit(COMMITS);
            await().atMost(FaultRun.LONG).until(proxy::hasLostAll);
        });
    }

    @Test
    void aCommitThatIsLostIsDoneOnce() throws Exception {
        strike("network: RST mid-commit, not committed", false, () -> {
            proxy.loseCommits(COMMITS);
            await().atMost(FaultRun.LONG).until(proxy::hasLostAll);
        });
    }

    /**
     * Does it to one of two workers under load.
     *
     * @param lasting whether it lasts so long that what the worker holds may be sent again by the other
     */
    private void strike(String name, boolean lasting, Strike strike) throws Exception {
        run.next(name);
        try (var load = new Load(run, random, 20, 1_500)) {
            run.enqueue(IN_FLIGHT, 1_500);
            await().atMost(FaultRun.LONG)
                    .until(() -> run.tables.inFlight(victim.pid()).size() > 5);
            try (var watch = lasting ? run.watch(victim) : null) {
                strike.run();
                proxy.heal();
            }
            await().atMost(FaultRun.LONG)
                    .until(() -> run.tables.inFlight(victim.pid()).size() > 2); // it goes on
        }
        var verdict = run.expectClean();
        if (!lasting) {
            assertThat(verdict.sentAgain()).isZero();
        }
    }

    private interface Strike {

        void run() throws Exception;
    }
}
