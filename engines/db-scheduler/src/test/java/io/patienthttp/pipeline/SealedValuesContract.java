package io.patienthttp.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.patienthttp.CancelResult;
import io.patienthttp.Failure;
import io.patienthttp.Request;
import io.patienthttp.RequestState;
import io.patienthttp.Response;
import io.patienthttp.payload.AesGcmCipher;
import io.patienthttp.payload.AesGcmCipher.Key;
import io.patienthttp.runtime.PatientHttp;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Sealed rows through the whole pipeline: nothing shows, keys change, and what cannot be opened is not lost. */
abstract class SealedValuesContract extends PipelineFixture {

    private static final String CANARY = "canary-of-the-body";

    @Test
    void aSealedRequestIsDelivered_AndItsRowShowsNothing() {
        seal("a");
        var http = build(s -> {});
        var id = canary(http).enqueue();

        assertThat(stored("request", "callback_args")).allMatch(text -> text.startsWith("sealed:"));
        assertThat(format(id)).isEqualTo(2);
        callback.failFirst = 1;
        http.start();

        awaitDelivered(1);
        awaitEmpty(http);
        var response = (Response) callback.outcomes.get(id).get(0);
        assertThat(response.callbackArgs().toMap()).isEqualTo(Map.of("who", CANARY));
        assertThat(server.hits().get(id)).hasSize(1);
    }

    @Test
    void aSealedOutcomeShowsNothing() {
        seal("a");
        callback.failFirst = 1;
        var http = start(s -> s.callbackMaxAttempts(1));

        canary(http).enqueue();

        await().atMost(SOON).until(() -> dead.size() == 1);
        assertThat(stored("request", "callback_args", "outcome"))
                .hasSize(3)
                .allMatch(text -> text.startsWith("sealed:"));
    }

    @Test
    void keysChangeWhileRequestsWait() {
        seal("old");
        canary(build(s -> {})).enqueue();
        seal("new", "old");
        canary(build(s -> {})).enqueue();
        seal("new");
        var third = build(s -> {});
        canary(third).enqueue();
        seal("old", "new");

        start(s -> {});

        awaitDelivered(3);
        awaitEmpty(third);
    }

    @Test
    void aRequestWhoseKeyIsMissingWaitsForAnotherNode() {
        seal("old");
        canary(build(s -> {})).enqueue();
        seal("new");

        var http = start(s -> {});

        await().atMost(SOON).until(() -> count("patient_http_requests WHERE state = 'PENDING' AND epoch = 1") == 1);
        assertThat(count("patient_http_requests WHERE run_at > CURRENT_TIMESTAMP"))
                .isEqualTo(1);
        assertThat(http.inFlight()).isZero();
        assertThat(callback.runs).hasValue(0);
    }

    @Test
    void aRequestWhoseKeyIsGoneCompletesAsUnreadable() {
        seal("old");
        var id = get(build(s -> {}), 0).enqueue();
        seal("new");

        start(s -> s.unresolvedTimeout(Duration.ofNanos(1)));

        awaitDelivered(1);
        var failure = failure(id);
        assertThat(failure.kind()).isEqualTo(Failure.Kind.UNREADABLE);
        assertThat(failure.maybeProcessed()).isFalse();
        assertThat(failure.message()).contains("\"old\"");
        assertThat(failure.url()).hasToString("//127.0.0.1");
        assertThat(server.hits()).isEmpty();
    }

    @Test
    void aCallbackWhoseKeyIsGoneWaitsAndIsRunWhenItIsBack() {
        seal("old");
        callback.failFirst = 1;
        var before = start(s -> s.callbackFirstBackoff(Duration.ofSeconds(2)));
        var id = canary(before).enqueue();
        await().atMost(SOON).until(() -> callback.runs.get() == 1);
        before.stop(Duration.ZERO);
        seal("new");

        var without = start(s -> s.unresolvedTimeout(Duration.ofNanos(1)));

        await().atMost(SOON)
                .until(() ->
                        count("scheduled_tasks WHERE execution_time > CURRENT_TIMESTAMP + INTERVAL '10' SECOND") == 1);
        assertThat(count("scheduled_tasks WHERE consecutive_failures <= 1"))
                .as("it is not counted")
                .isEqualTo(1);
        assertThat(without.find(id).orElseThrow().state()).isEqualTo(RequestState.COMPLETED);
        assertThat(callback.runs).hasValue(1);
        without.stop(Duration.ZERO);
        execute("UPDATE scheduled_tasks SET execution_time = TIMESTAMP '2001-01-01 00:00:00'");
        seal("new", "old");
        start(s -> {});
        awaitDelivered(1);
        assertThat(callback.outcomes.get(id).get(0)).isInstanceOf(Response.class);
        assertThat(dead).isEmpty();
    }

    @Test
    void valuesThatWereSwappedAreNoticed() {
        seal("a");
        var http = build(s -> {});
        var ids = List.of(canary(http).enqueue(), canary(http).enqueue());
        execute("UPDATE patient_http_requests a SET request = (SELECT b.request FROM patient_http_requests b"
                + " WHERE b.id <> a.id)");
        http.start();

        awaitDelivered(2);
        for (var id : ids) {
            assertThat(failure(id).kind()).isEqualTo(Failure.Kind.UNREADABLE);
            assertThat(failure(id).message()).contains("changed, or moved");
        }
        assertThat(server.hits()).isEmpty();
    }

    @Test
    void outcomesThatWereSwappedAreNoticedAtTheCallback() {
        seal("a");
        callback.failFirst = 2;
        var http = start(s -> s.callbackMaxAttempts(1));
        var ids = List.of(canary(http).enqueue(), canary(http).enqueue());
        await().atMost(SOON).until(() -> dead.size() == 2);
        execute("UPDATE patient_http_requests a SET outcome = (SELECT b.outcome FROM patient_http_requests b"
                + " WHERE b.id <> a.id)");

        ids.forEach(id -> http.operations().deliverAgain(id));

        awaitDelivered(2);
        for (var id : ids) {
            assertThat(failure(id).kind()).isEqualTo(Failure.Kind.UNREADABLE);
            assertThat(failure(id).maybeProcessed()).isTrue();
            assertThat(failure(id).callbackArgs().toMap()).isEqualTo(Map.of("who", CANARY));
            assertThat(failure(id).url().getPath()).isEqualTo("/slow");
        }
    }

    @Test
    void plainRowsAreReadWhileThatIsAllowedAndRefusedAfterwards() {
        var allowed = get(build(s -> {}), 0).enqueue();
        seal("a");
        var adopting = start(s -> s.sealingAllowPlaintext(true));
        awaitDelivered(1);
        adopting.stop(Duration.ZERO);
        storing = builder -> {};
        var refused = get(build(s -> {}), 0).enqueue();
        seal("a");

        start(s -> {});

        awaitDelivered(2);
        assertThat(callback.outcomes.get(allowed).get(0)).isInstanceOf(Response.class);
        assertThat(failure(refused).kind()).isEqualTo(Failure.Kind.UNREADABLE);
        assertThat(failure(refused).message()).contains("not sealed");
        assertThat(server.hits()).containsOnlyKeys(allowed);
    }

    @Test
    void outcomesThatStatementsWriteAreDeliveredThoughTheyAreNotSealed() {
        seal("a");
        var http = start(s ->
                s.maxRecoveries(0).heartbeatInterval(Duration.ofMillis(250)).lease(Duration.ofSeconds(1)));
        var cancelled = get(http, 0).delay(Duration.ofHours(1)).enqueue();
        var exhausted = get(http, 0).delay(Duration.ofHours(1)).enqueue();

        assertThat(http.cancel(cancelled)).isEqualTo(CancelResult.CANCELLED);
        execute("INSERT INTO patient_http_processes (id, host, pid, version, started_at, last_seen_at, healthy_since,"
                + " lease_ms, max_in_flight, in_flight) VALUES ('00000000-0000-0000-0000-000000000001', 'h', 1, '1',"
                + " CURRENT_TIMESTAMP, TIMESTAMP '2001-01-01 00:00:00', CURRENT_TIMESTAMP, 1000, 1, 1)");
        execute("UPDATE patient_http_requests SET state = 'IN_FLIGHT', epoch = 1, recoveries = 1,"
                + " owner = '00000000-0000-0000-0000-000000000001' WHERE id = '" + exhausted + "'");

        awaitDelivered(2);
        assertThat(failure(cancelled).kind()).isEqualTo(Failure.Kind.CANCELLED);
        assertThat(failure(cancelled).url()).hasToString(server.slow(0));
        assertThat(failure(exhausted).kind()).isEqualTo(Failure.Kind.RECOVERY_EXHAUSTED);
    }

    @Test
    void anOutcomeThatTheDatabaseRefusesIsDeliveredAsUnstorable() {
        seal("a");
        var http = build(s -> {});
        execute("ALTER TABLE patient_http_requests ADD CONSTRAINT refused CHECK (outcome NOT LIKE 'sealed:%')");
        http.start();

        var id = get(http, 0).enqueue();

        awaitDelivered(1);
        assertThat(failure(id).kind()).isEqualTo(Failure.Kind.UNSTORABLE);
    }

    @Test
    void aRowOfANewerFormatIsLeftAlone_AndItsCallbackToo() {
        callback.failFirst = 1;
        var http = start(s -> s.callbackMaxAttempts(1).unresolvedTimeout(Duration.ofNanos(1)));
        var completed = get(http, 0).enqueue();
        await().atMost(SOON).until(() -> dead.size() == 1);
        var pending = get(http, 0).delay(Duration.ofSeconds(1)).enqueue();
        execute("UPDATE patient_http_requests SET format = 3");

        http.operations().deliverAgain(completed);

        await().atMost(SOON)
                .until(() -> count(
                                "patient_http_requests WHERE id = '" + pending
                                        + "' AND state = 'PENDING' AND epoch = 1 AND run_at > CURRENT_TIMESTAMP + INTERVAL '10' SECOND")
                        == 1);
        await().atMost(SOON)
                .until(() ->
                        count("scheduled_tasks WHERE execution_time > CURRENT_TIMESTAMP + INTERVAL '10' SECOND") == 1);
        assertThat(http.find(completed).orElseThrow().state()).isEqualTo(RequestState.COMPLETED);
        assertThat(callback.runs).hasValue(1);
        assertThat(server.hits()).containsOnlyKeys(completed);
    }

    @Test
    void aLiteralCredentialMayBeStoredWhereItIsSealed() {
        var plain = build(s -> {});
        seal("a");
        var sealing = build(s -> {});

        assertThatThrownBy(() ->
                        get(plain, 0).header("authorization", "Bearer abc").enqueue())
                .isInstanceOf(IllegalArgumentException.class);
        get(sealing, 0).header("authorization", "Bearer abc").enqueue();

        assertThat(stored("request")).singleElement().asString().startsWith("sealed:");
    }

    private void seal(String... ids) {
        var keys = Stream.of(ids).map(SealedValuesContract::key).toList();
        storing = builder -> builder.cipher(AesGcmCipher.of(keys));
    }

    private static Key key(String id) {
        var secret = new byte[32];
        System.arraycopy(id.getBytes(StandardCharsets.UTF_8), 0, secret, 0, id.length());
        return Key.of(id, secret);
    }

    private Request.Builder canary(PatientHttp http) {
        return http.post(server.slow(0))
                .body(CANARY)
                .callback(RecordingCallback.class)
                .callbackArgs(Map.of("who", CANARY));
    }

    private Failure failure(String id) {
        return (Failure) callback.outcomes.get(id).get(0);
    }

    private int format(String id) {
        return count("patient_http_requests WHERE format = 2 AND id = '" + id + "'") == 1 ? 2 : 1;
    }

    /** What these columns hold of all rows, nulls left out. */
    private List<String> stored(String... columns) {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT * FROM patient_http_requests")) {
            var texts = new ArrayList<String>();
            while (rows.next()) {
                for (var column : columns) {
                    var text = rows.getString(column);
                    if (text != null) {
                        texts.add(text);
                    }
                }
            }
            return texts;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
