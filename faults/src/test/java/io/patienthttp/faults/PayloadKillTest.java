package io.patienthttp.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patienthttp.internal.recover.PayloadSweeper;
import io.patienthttp.internal.wire.PayloadKey;
import io.patienthttp.internal.wire.PayloadStores;
import io.patienthttp.jdbc.JdbcRequestStore;
import io.patienthttp.jdbc.JdbcTransactions;
import io.patienthttp.runtime.PatientHttp;
import io.patienthttp.spi.PayloadStore;
import io.patienthttp.spi.RequestStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** SIGKILL while every value lies in a payload store: nothing is lost, and nothing is left but what a row refers to. */
@Tag("fault")
class PayloadKillTest implements PrintsTable {

    private static final int REQUESTS = Chaos.isLong() ? 200 : 100;

    @ParameterizedTest
    @EnumSource
    void nothingIsLostAndNoPayloadIsLeft(PayloadPlace kind) throws Exception {
        try (var place = kind.start();
                var run = new FaultRun("kill -9: payloads " + kind, storing(kind, place))) {
            var victim = run.launch(options(kind, place)).start();
            var survivor = run.launch(options(kind, place));
            run.enqueue(REQUESTS, 2_000);
            await().atMost(FaultRun.LONG).until(() -> run.server.waiting() >= REQUESTS / 2);

            var fault = run.kill(victim);

            assertThat(fault.counts()).as("the kill struck something").isTrue();
            run.start(survivor);
            assertThat(run.expectClean().requests()).isEqualTo(REQUESTS);
            expectOnlyReferredPayloadsAfterASweep(kind, place, run);
        }
    }

    private static Stream<PayloadPlace> places() {
        return Chaos.isLong() ? Stream.of(PayloadPlace.values()) : Stream.of(PayloadPlace.JDBC);
    }

    @ParameterizedTest
    @MethodSource("places")
    void aKillWhileACallbackFailsAndIsRunAgainLosesNoPayload(PayloadPlace kind) throws Exception {
        try (var place = kind.start();
                var run = new FaultRun("kill -9: payloads " + kind + ", callbacks fail", storing(kind, place))) {
            var options = options(kind, place);
            options.add("callback-failures=1");
            var victim = run.launch(options).start();
            var survivor = run.launch(options);
            run.enqueue(REQUESTS, 100);
            await().atMost(FaultRun.LONG).until(() -> run.tables.count("failures") >= REQUESTS / 10);

            run.kill(victim);

            run.start(survivor);
            assertThat(run.expectClean().requests()).isEqualTo(REQUESTS);
            assertThat(run.tables.count("failures")).as("each failed once").isEqualTo(REQUESTS);
            expectOnlyReferredPayloadsAfterASweep(kind, place, run);
        }
    }

    private static BiConsumer<PatientHttp.Builder, DataSource> storing(PayloadPlace kind, PayloadPlace.Place place) {
        return (builder, database) ->
                builder.payloadStore(kind.open(place.address(), database)).settings(s -> s.payloadStoreThreshold(1));
    }

    private static List<String> options(PayloadPlace kind, PayloadPlace.Place place) {
        return new ArrayList<>(List.of("payloads=" + kind, "payloads-at=" + place.address()));
    }

    private static void expectOnlyReferredPayloadsAfterASweep(
            PayloadPlace kind, PayloadPlace.Place place, FaultRun run) {
        var store = kind.open(place.address(), run.database());
        var rows = new JdbcRequestStore(JdbcTransactions.of(run.database()), "patient_http_", "", "", "");
        assertThat(keys(store, rows))
                .as("requests and outcomes, some of them in vain")
                .hasSizeGreaterThan(REQUESTS);
        sweepUntil(0, store, rows);

        run.enqueueLater(Duration.ofDays(30), run.server.slow(0));
        run.enqueueLater(Duration.ofDays(30), run.server.slow(0));
        run.tables.execute("UPDATE patient_http_requests SET state = 'DEAD', dead_at = clock_timestamp()"
                + " WHERE id = (SELECT id FROM patient_http_requests LIMIT 1)");
        store.store(PayloadKey.prefix(rows.installation()) + "not-ours", new byte[] {1});
        store.store(PayloadKey.next(rows.installation(), UUID.randomUUID()).toString(), new byte[] {2});

        sweepUntil(3, store, rows);
        assertThat(rows.references(run.tables.ids())).hasSize(2).allSatisfy(reference -> assertThat(
                        store.fetch(reference.substring(reference.indexOf(':') + 1)))
                .isPresent());
    }

    /** Ages may be in whole seconds: a payload is older than the grace time a second later. */
    private static void sweepUntil(int left, PayloadStore store, RequestStore rows) {
        var sweeper = new PayloadSweeper(
                new PayloadStores(List.of(store)), rows.installation(), Duration.ofNanos(1), rows::references);
        await().atMost(FaultRun.LONG).pollInterval(Duration.ofMillis(500)).until(() -> {
            sweeper.sweep();
            return keys(store, rows).size() == left;
        });
        sweeper.sweep();
        assertThat(keys(store, rows)).hasSize(left);
    }

    private static List<String> keys(PayloadStore store, RequestStore rows) {
        var keys = new ArrayList<String>();
        String cursor = null;
        do {
            var page = store.list(PayloadKey.prefix(rows.installation()), cursor);
            page.payloads().forEach(payload -> keys.add(payload.key()));
            cursor = page.next();
        } while (cursor != null);
        return keys;
    }
}
