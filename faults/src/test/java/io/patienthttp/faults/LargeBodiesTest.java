package io.patienthttp.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bodies that the heap of the worker could not hold, let alone several copies of each. */
@Tag("fault")
class LargeBodiesTest implements PrintsTable {

    private static final int REQUESTS = 50;
    private static final int ANSWERS = Chaos.isLong() ? REQUESTS : 15;
    private static final int MIB = 1 << 20;

    static Stream<Arguments> places() {
        var all = Stream.of(
                Arguments.of("in its row", "sealed"),
                Arguments.of("in its row", "plain"),
                Arguments.of("FILE", "sealed"),
                Arguments.of("FILE", "plain"),
                Arguments.of("JDBC", "sealed"),
                Arguments.of("JDBC", "plain"));
        return Chaos.isLong() ? all : all.limit(1);
    }

    @Test
    void fiftyRequestsOf4MiBAreSentFromAHeapOf192MiB() throws Exception {
        var body = new byte[4 * MIB];
        new Random(4).nextBytes(body);
        try (var files = PayloadPlace.FILE.start();
                var run = new FaultRun(
                        "memory: 50 requests of 4 MiB",
                        (builder, database) ->
                                builder.payloadStore(PayloadPlace.FILE.open(files.address(), database)))) {
            run.post(REQUESTS, run.server.slow(1_000), body);

            var worker = run.start(run.launch(
                    "max-in-flight=" + 2 * REQUESTS,
                    "lease=60",
                    "heartbeat=5",
                    "payloads=FILE",
                    "payloads-at=" + files.address(),
                    "threshold=65536"));

            run.expectClean();
            assertThat(run.tables.kinds().values()).hasSize(REQUESTS).containsOnly("response");
            assertThat(run.server.hitCount()).isEqualTo(REQUESTS);
            assertThat(worker.lines()).noneMatch(line -> line.contains("OutOfMemoryError"));
        }
    }

    @ParameterizedTest
    @MethodSource("places")
    void answersOf16MiBAreDeliveredInAHeapOf256MiB(String place, String form) throws Exception {
        int size = 16 * MIB;
        try (var kept = place.equals("in its row")
                        ? null
                        : PayloadPlace.valueOf(place).start();
                var run = new FaultRun(
                        "memory: " + ANSWERS + " answers of 16 MiB, " + form + ", " + place, (builder, database) -> {
                            if (form.equals("sealed")) {
                                builder.cipher(Worker.cipher("a"));
                            }
                        })) {
            var options = new ArrayList<>(List.of(
                    "heap=256m",
                    "max-in-flight=" + ANSWERS,
                    "callback-threads=20",
                    "pool=30",
                    "lease=60",
                    "heartbeat=5",
                    "max-response-size=" + size,
                    "body=" + DeliveryCallback.digest(run.server.body(size, "bytes"))));
            if (kept != null) {
                options.addAll(List.of("payloads=" + place, "payloads-at=" + kept.address(), "threshold=65536"));
            }
            if (form.equals("sealed")) {
                options.add("keys=a");
            }
            run.enqueue(ANSWERS, run.server.url("/slow?delay=5000&random=bytes&size=" + size));

            var worker = run.start(run.launch(options));

            await().atMost(FaultRun.LONG).until(() -> run.server.hitCount() == ANSWERS); // none waits for another
            run.expectClean();
            assertThat(run.tables.kinds().values()).hasSize(ANSWERS).containsOnly("response");
            assertThat(run.server.hitCount()).isEqualTo(ANSWERS);
            assertThat(worker.lines()).noneMatch(line -> line.contains("OutOfMemoryError"));
            assertThat(worker.isAlive()).isTrue();
        }
    }
}
