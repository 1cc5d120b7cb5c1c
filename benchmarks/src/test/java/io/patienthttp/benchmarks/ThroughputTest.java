package io.patienthttp.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.benchmarks.Throughput.Load;
import io.patienthttp.benchmarks.machine.Child;
import io.patienthttp.benchmarks.machine.Options;
import io.patienthttp.benchmarks.machine.Postgres;
import io.patienthttp.benchmarks.server.SlowServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That contenders run, and are counted; not how fast they are. A real database, a real server, JVMs of their own. */
@Tag("database")
class ThroughputTest {

    private static final Load FEW = new Load(20, 10, 0, 1);

    @TempDir
    private static Path directory;

    private static Postgres postgres;
    private static Child server;
    private static Bench bench;

    @BeforeAll
    static void start() throws Exception {
        postgres = Postgres.embedded(directory);
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        var launcher = new Child.Launcher(java, directory);
        server = launcher.start("server", SlowServer.class, List.of("-Xmx64m"), Options.of());
        bench = new Bench(postgres, server, launcher, false, "", directory, Set.of(), Scale.QUICK);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
        postgres.close();
    }

    @Test
    void eachRequestOfPatientHttpIsSentOnceAndHasItsWritesCounted() throws Exception {
        var measured = new Throughput(bench).run(Spec.PATIENT, FEW).measurement();

        assertThat(measured.rate()).isPositive();
        assertThat(measured.rowWrites()).isBetween(5.0, 10.0); // insert, claim, complete, delete; the job's
        assertThat(measured.commits()).isGreaterThan(1); // the callback's own
        assertThat(bench.seen().ids()).isEqualTo(30);
    }

    @Test
    void eachRequestOfPeersIsSentOnce() throws Exception {
        new Throughput(bench).run(Spec.DB_SCHEDULER_10, FEW);

        assertThat(bench.seen().ids()).isEqualTo(30);
    }
}
