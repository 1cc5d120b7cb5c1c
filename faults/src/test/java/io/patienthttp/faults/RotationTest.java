package io.patienthttp.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patienthttp.runtime.PatientHttp;
import java.util.List;
import java.util.function.BiConsumer;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The sealing key changes across two processes, one after the other, while requests are in flight. */
@Tag("fault")
class RotationTest implements PrintsTable {

    private static final int REQUESTS = Chaos.isLong() ? 1_000 : 200;

    private static final int DELAY_MILLIS = Chaos.isLong() ? 15_000 : 8_000;

    @Test
    void allAreDelivered() throws Exception {
        BiConsumer<PatientHttp.Builder, DataSource> sealing =
                (builder, database) -> builder.cipher(Worker.cipher("old,new"));
        try (var run = new FaultRun("key rotation", sealing)) {
            var first = run.launch("keys=old", "max-in-flight=600").start();
            var second = run.launch("keys=old", "max-in-flight=600").start();
            run.enqueue(REQUESTS, DELAY_MILLIS);
            await().atMost(FaultRun.LONG).until(() -> run.server.waiting() == REQUESTS);

            var third = replace(run, first, "old,new"); // all know the new key
            var fourth = replace(run, second, "old,new");
            var fifth = replace(run, third, "new,old"); // it seals
            run.enqueue(REQUESTS / 10, 100);
            replace(run, fourth, "new,old");
            run.enqueue(REQUESTS / 10, 100);

            var verdict = run.expectClean();
            assertThat(verdict.requests()).isEqualTo(REQUESTS + REQUESTS / 5);
            assertThat(fifth.isAlive()).isTrue();
            assertThat(run.tables.kinds().values()).containsOnly("response");
        }
    }

    private static WorkerProcess replace(FaultRun run, WorkerProcess old, String keys) throws Exception {
        var replacement = run.start(run.launch(List.of("keys=" + keys, "max-in-flight=600", "shutdown-timeout=5")));
        run.terminate(old);
        return replacement;
    }
}
