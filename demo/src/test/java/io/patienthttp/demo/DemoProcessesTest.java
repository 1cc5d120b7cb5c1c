package io.patienthttp.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patienthttp.fixture.Databases;
import io.patienthttp.fixture.SlowServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Demo processes that are killed with SIGKILL, or ended with SIGTERM, while their requests are at a server that lives. */
@Tag("fault")
class DemoProcessesTest {

    private static final Duration LEASE = Duration.ofSeconds(4);
    private static final Duration HEARTBEAT = Duration.ofSeconds(1);
    private static final String[] SHORT_LEASE = {
        "--patient-http.lease=" + LEASE.toSeconds() + "s",
        "--patient-http.heartbeat-interval=" + HEARTBEAT.toSeconds() + "s"
    };

    /** STYLE: tests of processes and leases wait three leases and 30 s. */
    private static final Duration LONG = LEASE.multipliedBy(3).plusSeconds(30);

    @TempDir
    private Path directory;

    private final SlowServer server = new SlowServer();
    private final List<DemoProcess> demos = new ArrayList<>();

    @AfterEach
    void endAll() {
        demos.forEach(DemoProcess::close);
        server.close();
    }

    @Test
    void killedOnH2ItDeliversEachRequestOnceAfterItsRestart() throws Exception {
        deliversEachRequestOnceAfterAKill();
    }

    @Test
    void killedOnPostgresItDeliversEachRequestOnceAfterItsRestart() throws Exception {
        deliversEachRequestOnceAfterAKill(postgres());
    }

    private void deliversEachRequestOnceAfterAKill(String... database) throws Exception {
        var options = options(database, "--patient-http.max-in-flight=200");
        var first = start(options);
        var ids = first.enqueue(500, request(Duration.ofSeconds(1)));
        within(LONG, () -> first.stats().get("delivered").asLong() >= 100 && server.waiting() >= 50);

        first.process().kill();

        assertThat(server.hits()).as("sent before the kill").hasSizeLessThan(500);
        var second = start(options);
        within(LONG, () -> second.stats().get("delivered").asLong() == 500);
        assertEachDeliveredOnce(second, ids);
        assertThat(server.hitCount()).as("some were in flight at the kill").isGreaterThan(500);
        System.out.println(server.hitCount() - 500 + " of 500 sent again after the kill");
    }

    @Test
    void survivorFinishesTheRequestsOfAKilledProcess() throws Exception {
        demos.addAll(DemoProcess.startTwo(directory, options(SHORT_LEASE, postgres())));
        var victim = demos.get(0);
        var survivor = demos.get(1);
        var ids = victim.enqueue(300, request(Duration.ofSeconds(10)));
        within(LONG, () -> server.waiting() == 300);
        var victims = 300 - survivor.stats().get("inFlight").asInt();
        assertThat(victims).as("in flight in the victim").isPositive();

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
        System.out.println("last of " + victims + " sent again " + took.toMillis() + " ms after the kill");
        assertThat(took)
                .isPositive()
                .isLessThan(LEASE.plus(HEARTBEAT).plusSeconds(5).multipliedBy(5));
    }

    @Test
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
    void twoThousandRequestsAreInFlightTogetherOnFewThreads() throws Exception {
        var demo = start("--patient-http.max-in-flight=2500");
        var ids = demo.enqueue(2_000, request(Duration.ofSeconds(5)));

        within(LONG, () -> server.waiting() == 2_000);
        var waiting = demo.threads();
        within(LONG, () -> demo.stats().get("delivered").asLong() > 0);
        var delivering = demo.threads();

        System.out.println("Java threads: " + waiting.size() + " while 2,000 wait, " + delivering.size()
                + " while they are delivered: " + delivering);
        assertThat(waiting).isNotEmpty().hasSizeLessThan(60);
        assertThat(delivering).isNotEmpty().hasSizeLessThan(60);
        within(LONG, () -> demo.stats().get("delivered").asLong() == 2_000);
        assertEachDeliveredOnce(demo, ids);
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
