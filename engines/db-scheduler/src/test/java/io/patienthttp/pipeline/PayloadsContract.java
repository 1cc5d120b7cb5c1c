package io.patienthttp.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.patienthttp.Failure;
import io.patienthttp.Request;
import io.patienthttp.RequestState;
import io.patienthttp.Response;
import io.patienthttp.StorageException;
import io.patienthttp.fixture.HookedPayloadStore;
import io.patienthttp.internal.recover.PayloadSweeper;
import io.patienthttp.internal.wire.PayloadStores;
import io.patienthttp.jdbc.JdbcRequestStore;
import io.patienthttp.jdbc.JdbcTransactions;
import io.patienthttp.payload.JdbcPayloadStore;
import io.patienthttp.runtime.PatientHttp;
import io.patienthttp.spi.PayloadStore;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large values through the whole pipeline: they lie in a payload store, and what becomes of it harms no others. */
abstract class PayloadsContract extends PipelineFixture {

    /** Letters that cannot be compressed below the threshold. */
    private static final String BODY = new Random(1)
            .ints(5_000, 'A', 'Z')
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();

    @TempDir
    Path directory;

    private HookedPayloadStore store;

    @BeforeEach
    void openStore() {
        store = new HookedPayloadStore(directory);
        storing = builder -> builder.payloadStore(store).settings(s -> s.payloadStoreThreshold(2_000));
    }

    @Test
    void largeValuesLieInThePayloadStore_AndAreSweptOnceTheirRowIsGone() {
        var http = build(s -> {});
        var id = large(http).enqueue();
        assertThat(keys()).hasSize(1);
        assertThat(
                        count(
                                "patient_http_requests WHERE LENGTH(request) < 10 AND format = 2 AND request_ref LIKE 'hooked:%'"))
                .isEqualTo(1);
        callback.failFirst = 1;
        http.start();

        awaitDelivered(1);
        awaitEmpty(http);
        assertThat(((Response) callback.outcomes.get(id).get(0)).bodySize()).isGreaterThan(10_000);
        assertThat(keys()).as("request and outcome").hasSize(2);

        sweep(store);
        assertThat(keys()).isEmpty();
    }

    @Test
    void whatARowRefersToIsNotSwept() {
        callback.failFirst = 1;
        var http = start(s -> s.callbackMaxAttempts(1));
        var id = large(http).enqueue();
        large(http).delay(Duration.ofDays(30)).enqueue();
        await().atMost(SOON).until(() -> dead.size() == 1);
        assertThat(keys()).hasSize(3);

        sweep(store);

        assertThat(keys()).as("two of the dead one, one of the one that waits").hasSize(3);
        http.operations().delete(id);
        sweep(store);
        assertThat(keys()).hasSize(1);
    }

    @Test
    void aRequestThatIsSentAgainLeavesItsFirstOutcomeToTheSweep() {
        callback.failFirst = 1;
        var http = start(s -> s.callbackMaxAttempts(1));
        var id = large(http).enqueue();
        await().atMost(SOON).until(() -> dead.size() == 1);

        http.operations().sendAgain(id);

        awaitDelivered(1);
        awaitEmpty(http);
        assertThat(server.hits().get(id)).hasSize(2);
        assertThat(keys()).hasSize(3);
    }

    @Test
    void anotherStoreTakesOverWhileRowsReferToTheFirst() {
        large(build(s -> {})).enqueue();
        storing = builder -> builder.payloadStore(store)
                .payloadStore(new JdbcPayloadStore(JdbcTransactions.of(database), "patient_http_"))
                .settings(s -> s.payloadStoreThreshold(2_000));

        var http = start(s -> {});
        large(http).enqueue();

        awaitDelivered(2);
        awaitEmpty(http);
        assertThat(keys()).hasSize(1);
        assertThat(count("patient_http_payloads"))
                .as("two outcomes, one request")
                .isEqualTo(3);
    }

    @Test
    void aPayloadInTheSameDatabaseIsThereIfAndOnlyIfItsRequestIs() throws Exception {
        storing = builder -> builder.payloadStore(new JdbcPayloadStore(JdbcTransactions.of(database), "patient_http_"))
                .settings(s -> s.payloadStoreThreshold(2_000));
        var http = build(s -> {});
        try (var connection = database.getConnection()) {
            connection.setAutoCommit(false);
            large(http).enqueue(connection);
            connection.rollback();
            assertThat(count("patient_http_payloads")).isZero();

            large(http).enqueue(connection);
            assertThat(count("patient_http_payloads")).isZero();
            connection.commit();
            assertThat(count("patient_http_payloads")).isEqualTo(1);
        }
    }

    @Test
    void aRequestWhosePayloadIsGoneFails() {
        var http = build(s -> {});
        var id = large(http).enqueue();
        keys().forEach(store::delete);
        http.start();

        awaitDelivered(1);
        assertThat(failure(id).kind()).isEqualTo(Failure.Kind.PAYLOAD_MISSING);
        assertThat(failure(id).maybeProcessed()).isFalse();
        assertThat(server.hits()).isEmpty();
    }

    @Test
    void anOutcomeWhosePayloadIsGoneIsAFailureOfItsCallback() {
        callback.failFirst = 1;
        var http = start(s -> s.callbackMaxAttempts(1));
        var id = large(http).enqueue();
        await().atMost(SOON).until(() -> dead.size() == 1);
        var request = requestKey();
        keys().stream().filter(key -> !request.endsWith(key)).forEach(store::delete);

        http.operations().deliverAgain(id);

        awaitDelivered(1);
        assertThat(failure(id).kind()).isEqualTo(Failure.Kind.PAYLOAD_MISSING);
        assertThat(failure(id).maybeProcessed()).isTrue();
        assertThat(failure(id).url().getPath()).isEqualTo("/slow");
        awaitEmpty(http);
    }

    @Test
    void aRequestWhoseStoreIsNotRegisteredHereWaits() {
        var id = large(build(s -> {})).enqueue();
        storing = builder -> {};

        var http = start(s -> {});

        await().atMost(SOON)
                .until(() -> count("patient_http_requests WHERE epoch = 1 AND state = 'PENDING'"
                                + " AND run_at > CURRENT_TIMESTAMP + INTERVAL '10' SECOND")
                        == 1);
        assertThat(http.find(id).orElseThrow().state()).isEqualTo(RequestState.PENDING);
        assertThat(http.vitals().unresolvedRequests()).isPositive();
        assertThat(callback.runs).hasValue(0);
    }

    @Test
    void aStoreThatFailsDelaysItsOwnRequestsOnly() {
        var http = build(s -> s.maxInFlight(8));
        for (int i = 0; i < 20; i++) {
            large(http).priority(0).enqueue();
        }
        store.beforeFetch = PayloadsContract::fail;
        http.start();

        http.enqueueAll(gets(20, 0));

        awaitDelivered(20);
        await().atMost(SOON)
                .until(() -> count("patient_http_requests WHERE state = 'PENDING'"
                                + " AND run_at > CURRENT_TIMESTAMP + INTERVAL '5' SECOND")
                        == 20);
        assertThat(callback.deliveries()).as("the others wait").isEqualTo(20);

        store.beforeFetch = () -> {};
        execute("UPDATE patient_http_requests SET run_at = CURRENT_TIMESTAMP");
        awaitDelivered(40);
        awaitEmpty(http);
    }

    @Test
    void aStoreThatHangsLeavesHalfOfTheSlotsToOthers() {
        var hangs = new CountDownLatch(1);
        var http = build(s -> s.maxInFlight(4));
        for (int i = 0; i < 8; i++) {
            large(http).priority(0).enqueue();
        }
        store.beforeFetch = () -> awaitQuietly(hangs);
        http.start();

        http.enqueueAll(gets(10, 0));

        awaitDelivered(10);
        assertThat(server.hitCount()).isEqualTo(10);
        hangs.countDown();
        awaitDelivered(18);
    }

    @Test
    void aStoreThatHangsKeepsNoOtherStoreFromBeingRead() {
        var hangs = new CountDownLatch(1);
        var before = build(s -> {});
        for (int i = 0; i < 4; i++) { // as many as a store has threads
            large(before).enqueue();
        }
        var jdbc = new JdbcPayloadStore(JdbcTransactions.of(database), "patient_http_");
        storing =
                builder -> builder.payloadStore(store).payloadStore(jdbc).settings(s -> s.payloadStoreThreshold(2_000));
        store.beforeFetch = () -> awaitQuietly(hangs);
        var http = start(s -> {});

        var id = large(http).enqueue();

        awaitDelivered(1);
        assertThat(callback.outcomes).containsOnlyKeys(id);
        hangs.countDown();
        awaitDelivered(5);
    }

    @Test
    void aRequestThatWaitsForItsStoreCanBeCancelled() {
        var hangs = new CountDownLatch(1);
        var http = build(s -> {});
        var id = large(http).enqueue();
        store.beforeFetch = () -> awaitQuietly(hangs);
        http.start();
        await().atMost(SOON).until(() -> http.inFlight() == 1);

        http.cancel(id);

        await().atMost(SOON).until(() -> http.inFlight() == 0);
        hangs.countDown();
        awaitDelivered(1);
        assertThat(failure(id).kind()).isEqualTo(Failure.Kind.CANCELLED);
        assertThat(server.hits()).isEmpty();
    }

    @Test
    void aCallbackWaitsForAStoreThatFails_AndThatIsNotCounted() {
        callback.failFirst = 1;
        var http = start(s -> s.callbackMaxAttempts(2).callbackFirstBackoff(Duration.ofMillis(500)));
        var id = large(http).enqueue();
        await().atMost(SOON).until(() -> callback.runs.get() == 1);

        var tries = new AtomicInteger();
        store.beforeFetch = () -> {
            tries.incrementAndGet();
            fail();
        };

        await().atMost(SOON).until(() -> tries.get() > 0);
        store.beforeFetch = () -> {};
        awaitDelivered(1);
        assertThat(callback.outcomes.get(id).get(0)).isInstanceOf(Response.class);
        assertThat(dead).isEmpty();
    }

    @Test
    void anOutcomeThatThereIsNoMemoryToReadWaits_AndThatIsNotCounted() {
        var tries = new AtomicInteger();
        var http = start(s -> s.callbackMaxAttempts(1));
        store.beforeFetch = () -> {
            if (tries.incrementAndGet() < 3) {
                throw new OutOfMemoryError("as in a test");
            }
        };

        http.get(server.url("/slow?size=20000&random=text"))
                .callback(RecordingCallback.class)
                .enqueue();

        awaitDelivered(1);
        assertThat(dead).isEmpty();
        assertThat(tries).hasValue(3);
    }

    @Test
    void aStoreThatHangsLeavesThreadsOfTheEngineToOtherCallbacks() {
        var hangs = new CountDownLatch(1);
        var hanging = new AtomicInteger();
        var http = start(s -> {});
        store.beforeFetch = () -> {
            hanging.incrementAndGet();
            awaitQuietly(hangs);
        };
        for (int i = 0; i < 30; i++) { // more than the engine has threads
            http.get(server.url("/slow?size=20000&random=text"))
                    .callback(RecordingCallback.class)
                    .enqueue();
        }
        await().atMost(SOON)
                .until(() -> hanging.get() >= 4 && count("patient_http_requests WHERE state = 'COMPLETED'") == 30);

        http.enqueueAll(gets(10, 0));

        awaitDelivered(10);
        assertThat(hanging).hasValue(4);
        hangs.countDown();
        awaitDelivered(40);
        assertThat(dead).isEmpty();
    }

    @Test
    void aStoreThatDoesNotTakeAnOutcomeAtFirstIsAskedAgain() {
        var http = start(s -> {});
        store.beforeStore = () -> {
            store.beforeStore = () -> {};
            fail();
        };

        http.get(server.url("/slow?delay=0&size=20000&random=text"))
                .callback(RecordingCallback.class)
                .enqueue();

        awaitDelivered(1);
        assertThat(server.hitCount()).isEqualTo(1);
        assertThat(keys()).hasSize(1);
    }

    @Test
    void aRequestThatTheStoreRefusesIsNotEnqueued() {
        var http = build(s -> {});
        store.beforeStore = PayloadsContract::fail;

        assertThatThrownBy(() -> large(http).enqueue()).isInstanceOf(StorageException.class);

        assertThat(count("patient_http_requests")).isZero();
    }

    private static void fail() {
        throw StorageException.unavailable("use the store", new IOException("refused"));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Request.Builder large(PatientHttp http) {
        return http.post(server.url("/slow?delay=0&size=20000&random=text"))
                .body(BODY)
                .callback(RecordingCallback.class);
    }

    private Failure failure(String id) {
        return (Failure) callback.outcomes.get(id).get(0);
    }

    private List<String> keys() {
        return store.keys(rows().installation());
    }

    private String requestKey() {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT request_ref FROM patient_http_requests")) {
            rows.next();
            return rows.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private JdbcRequestStore rows() {
        return new JdbcRequestStore(JdbcTransactions.of(database), "patient_http_", "", "", "");
    }

    private void sweep(PayloadStore... stores) {
        var rows = rows();
        new PayloadSweeper(
                        new PayloadStores(List.of(stores)), rows.installation(), Duration.ofNanos(1), rows::references)
                .sweep();
    }
}
