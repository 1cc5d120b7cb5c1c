package io.patienthttp.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patienthttp.fixture.Databases;
import io.patienthttp.fixture.SlowServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import tools.jackson.databind.JsonNode;

/** Demo processes that are killed with SIGKILL, ended with SIGTERM, or busy, while their requests wait for the answer. */
@Tag("fault")
@Execution(ExecutionMode.CONCURRENT)
class DemoProcessesTest {

    private static final Duration LEASE = Duration.ofSeconds(4);
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);
    private static final String[] SHORT_LEASE = {
        "--patient-http.lease=" + LEASE.toSeconds() + "s",
        "--patient-http.heartbeat-interval=" + HEARTBEAT.toSeconds() + "s"
    };

    private static final String CHAOS = "chaos.minutes";

    private static final String LONG_VERSION = "a library's own process does the same in faults/; here with -Pchaos";

    /** For machines that are busy with other things. */
    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    private Path directory;

    private final SlowServer server = new SlowServer();
    private final List<DemoProcess> demos = new ArrayList<>();

    @AfterEach
    void endAll() throws Exception {
        demos.forEach(DemoProcess::close);
        server.close();
        endPostgres();
    }

    /** That of the demo outlives a killed demo. */
    private void endPostgres() throws Exception {
        var pidFile = directory.resolve("data/pg/postmaster.pid");
        if (Files.exists(pidFile)) {
            var pid = Long.parseLong(Files.readAllLines(pidFile).get(0).strip());
            var postmaster = ProcessHandle.of(pid).orElseThrow();
            postmaster.destroy();
            postmaster.onExit().get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void killedOnH2ItDeliversEachRequestOnceAfterItsRestart() throws Exception {
        deliversEachRequestOnceAfterAKill();
    }

    @Test
    @EnabledIfSystemProperty(named = CHAOS, matches = "[1-9].*", disabledReason = LONG_VERSION)
    void killedOnPostgresItDeliversEachRequestOnceAfterItsRestart() throws Exception {
        deliversEachRequestOnceAfterAKill(postgres());
    }

    @Test
    void killedOnItsOwnPostgresItsNextStartJoinsThatAndDeliversEachRequestOnce() throws Exception {
        deliversEachRequestOnceAfterAKill("--spring.profiles.active=postgres");

        assertThat(demos.get(0).process().lines()).anyMatch(line -> line.contains("Started PostgreSQL in "));
        assertThat(demos.get(1).process().lines()).anyMatch(line -> line.contains("Joining the PostgreSQL in "));
    }

    /** Killed when 100 are delivered, 200 wait for their answer and 200 more for room. */
    private void deliversEachRequestOnceAfterAKill(String... database) throws Exception {
        var first = start(options(database, "--patient-http.max-in-flight=200"));
        var ids = new ArrayList<>(first.enqueue(100, request(Duration.ZERO)));
        within(LONG, () -> first.stats().get("delivered").asLong() == 100);
        ids.addAll(first.enqueue(400, request(Duration.ofSeconds(5))));
        within(LONG, () -> server.waiting() == 200);

        first.process().kill();

        assertThat(server.hits()).as("sent before the kill").hasSizeLessThan(500);
        var second = start(database);
        within(LONG, () -> second.stats().get("delivered").asLong() == 500);
        assertEachDeliveredOnce(second, ids);
        assertThat(server.hitCount()).as("some were in flight at the kill").isGreaterThan(500);
        System.out.println(server.hitCount() - 500 + " of 500 sent again after the kill");
    }

    /** Neither process has room for all, so that both have requests in flight at the kill. */
    @Test
    void survivorFinishesTheRequestsOfAKilledProcess() throws Exception {
        var roomFor200 = options(postgres(), "--patient-http.max-in-flight=200");
        demos.addAll(DemoProcess.startTwo(directory, options(SHORT_LEASE, roomFor200)));
        var victim = demos.get(0);
        var survivor = demos.get(1);
        var ids = victim.enqueue(300, request(Duration.ofSeconds(8)));
        within(LONG, () -> server.waiting() == 300);
        var survivors = survivor.stats().get("inFlight").asInt();
        assertThat(survivors).as("in flight in the survivor").isBetween(100, 200);
        var victims = 300 - survivors;

        var killed = System.nanoTime();
        victim.process().kill();

        within(LONG, () -> survivor.stats().get("delivered").asLong() == 300);
        assertEachDeliveredOnce(survivor, ids);
        assertThat(server.hitCount()).isEqualTo(300 + victims);
        var lastSendAgain = server.hits().values().stream()
                .mapToLong(Collections::max)
                .max()
                .orElseThrow();
        var took = Duration.ofNanos(lastSendAgain - killed);
        System.out.println("last of " + victims + " sent again " + took.toMillis() + " ms after the kill, beside "
                + survivors + " of the survivor's own");
        assertThat(took)
                .isPositive()
                .isLessThan(LEASE.plus(HEARTBEAT).plusSeconds(5).multipliedBy(5));
    }

    @Test
    @EnabledIfSystemProperty(named = CHAOS, matches = "[1-9].*", disabledReason = LONG_VERSION)
    void sigtermDeliversWhatFinishesInTimeAndReleasesTheRest() throws Exception {
        var first = start();
        var quick = first.enqueue(100, request(Duration.ofSeconds(3)));
        var slow = first.enqueue(10, request(Duration.ofSeconds(60)));
        within(LONG, () -> server.waiting() == 110);

        first.process().terminate();
        first.process().awaitExit(Duration.ofSeconds(30));

        var observer = start("--patient-http.processor.enabled=false");
        assertEachDeliveredOnce(observer, quick);
        assertThat(observer.requests(slow))
                .extracting(request -> request.get("state").asString())
                .containsOnly("PENDING");
        assertThat(server.hitCount()).isEqualTo(110);
        observer.close();
        start();
        within(LONG, () -> server.hitCount() == 120);
        assertThat(slow).allSatisfy(id -> assertThat(server.hits().get(id)).hasSize(2));
    }

    @Test
    @EnabledIfSystemProperty(named = CHAOS, matches = "[1-9].*", disabledReason = LONG_VERSION)
    void twoThousandRequestsWaitTogetherInItsOwnSlowApiOnFewThreads() throws Exception {
        var demo = start("--patient-http.max-in-flight=2500");

        var ids = twoThousandWaiting(demo);
        var waiting = demo.threads();
        within(LONG, () -> demo.slowStats().get("waiting").asLong() < 1_000);
        var delivering = demo.threads();

        System.out.println("Java threads: " + waiting.size() + " while 2,000 wait, " + delivering.size()
                + " while they are answered and delivered: " + delivering);
        assertThat(waiting).isNotEmpty().hasSizeLessThan(60);
        assertThat(delivering).isNotEmpty().hasSizeLessThan(60);
        within(
                LONG,
                () -> demo.stats().get("states").get("COMPLETED").asLong() == 0
                        && demo.stats().get("states").get("IN_FLIGHT").asLong() == 0);
        assertEachDeliveredOnce(demo, ids);
    }

    /** A machine that is busy with other things may take longer than 5 s to send them: then they get longer. */
    private static List<String> twoThousandWaiting(DemoProcess demo) throws Exception {
        for (var delay = 5; ; delay *= 2) {
            var served = demo.slowStats().get("served").asLong();
            var ids = demo.enqueue(2_000, "{\"url\":\"" + demo.url("/slow?delay=" + delay + "s") + "\"}");
            within(
                    LONG,
                    () -> demo.slowStats().get("waiting").asLong() == 2_000
                            || demo.slowStats().get("served").asLong() > served);
            if (demo.slowStats().get("highest").asLong() == 2_000) {
                System.out.println("2,000 requests of " + delay + " s wait together");
                return ids;
            }
            assertThat(delay).as("seconds that 2,000 requests took to be sent").isLessThan(20);
            within(LONG, () -> demo.slowStats().get("served").asLong() == served + 2_000);
        }
    }

    private static void assertEachDeliveredOnce(DemoProcess demo, Collection<String> ids) throws Exception {
        assertThat(demo.requests(ids)).allSatisfy(DemoProcessesTest::assertDeliveredOnce);
        assertThat(demo.stats().get("duplicates").asLong()).isZero();
    }

    private static void assertDeliveredOnce(JsonNode request) {
        assertThat(request.get("state").asString()).isEqualTo("DELIVERED");
        assertThat(request.get("deliveries").asInt()).isEqualTo(1);
        assertThat(request.get("outcome").get("status").asInt())
                .as(request.toString())
                .isEqualTo(200);
    }

    private DemoProcess start(String... options) throws InterruptedException {
        var demo = DemoProcess.start(directory, options(SHORT_LEASE, options));
        demos.add(demo);
        return demo;
    }

    private static String[] postgres() {
        return new String[] {
            "--spring.datasource.url=" + Databases.postgresUrl(),
            "--spring.datasource.username=postgres",
            "--spring.datasource.password="
        };
    }

    private static String[] options(String[] some, String... more) {
        return Stream.concat(Stream.of(some), Stream.of(more)).toArray(String[]::new);
    }

    private String request(Duration delay) {
        return "{\"url\":\"" + server.slow(delay.toMillis()) + "\",\"timeout\":\"120s\"}";
    }

    private static void within(Duration timeout, Callable<Boolean> condition) {
        await().atMost(timeout).until(condition);
    }
}
