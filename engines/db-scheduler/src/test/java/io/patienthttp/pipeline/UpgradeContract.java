package io.patienthttp.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.RequestState;
import io.patienthttp.Response;
import io.patienthttp.dbscheduler.DbSchedulerCallbacks;
import io.patienthttp.internal.recover.Sweeper;
import io.patienthttp.jdbc.JdbcRequestStore;
import io.patienthttp.jdbc.JdbcTransactions;
import io.patienthttp.payload.AesGcmCipher;
import io.patienthttp.payload.AesGcmCipher.Key;
import io.patienthttp.payload.JdbcPayloadStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A database that version 1 wrote is upgraded under its rows, and a process of that version goes on beside new ones: its
 * statements are here as they were.
 */
abstract class UpgradeContract extends PipelineFixture {

    private static final String OLD = "00000000-0000-0000-0000-00000000001";

    private static final String INSERT_BY_VERSION_1 = """
            INSERT INTO patient_http_requests (id, state, epoch, attempt, recoveries, priority, run_at, concurrency_key,
                cancel_requested, callback, method, host, format, callback_args, request, created_at)
            VALUES ('%s', 'PENDING', 0, 1, 0, 1, CURRENT_TIMESTAMP, '127.0.0.1',
                FALSE, 'recording', 'GET', '127.0.0.1', 1, '{"who":"old"}', '%s', CURRENT_TIMESTAMP)
            """;

    private static final String REGISTER_BY_VERSION_1 = """
            INSERT INTO patient_http_processes (id, host, pid, version, started_at, last_seen_at, healthy_since, lease_ms,
                engine_name, max_in_flight, in_flight)
            VALUES ('%s', 'old', 1, '0', CURRENT_TIMESTAMP, %s, CURRENT_TIMESTAMP, %d, NULL, 1, 1)
            """;

    private static final String CLAIM_BY_VERSION_1 = """
            UPDATE patient_http_requests SET state = 'IN_FLIGHT', owner = '%s', epoch = epoch + 1,
                claimed_at = CURRENT_TIMESTAMP WHERE id = '%s'
            """;

    private static final String COMPLETE_BY_VERSION_1 = """
            UPDATE patient_http_requests SET state = 'COMPLETED', owner = NULL, completed_at = CURRENT_TIMESTAMP,
                outcome = '{"type":"response","status":200,"method":"GET","url":"http://127.0.0.1/","durationNanos":1,"headers":{}}'
            WHERE id = '%s' AND state = 'IN_FLIGHT'
            """;

    @Test
    void rowsOfVersion1AreDeliveredByTheNewOne_BesideAProcessOfVersion1() {
        execute(tablesOfVersion1());
        var pending = insert(1);
        var orphaned = insert(2);
        execute(REGISTER_BY_VERSION_1.formatted(OLD + "8", "TIMESTAMP '2001-01-01 00:00:00'", 1_000));
        execute(CLAIM_BY_VERSION_1.formatted(OLD + "8", orphaned));
        var completed = insert(3);
        complete(completed);
        var dead = insert(4);
        complete(dead);
        execute("UPDATE patient_http_requests SET state = 'DEAD', dead_at = CURRENT_TIMESTAMP WHERE id = '" + dead
                + "'");
        execute(REGISTER_BY_VERSION_1.formatted(OLD + "9", "CURRENT_TIMESTAMP", 600_000));
        storing = builder -> builder.cipher(AesGcmCipher.of(List.of(Key.of("k", new byte[32]))))
                .payloadStore(new JdbcPayloadStore(JdbcTransactions.of(database), "patient_http_"))
                .settings(s -> s.sealingAllowPlaintext(true).payloadStoreThreshold(1));

        var http = start(s -> s.heartbeatInterval(Duration.ofMillis(250)).lease(Duration.ofSeconds(1)));
        var late = insert(5);
        var lateCompleted = insertClaimed(6);
        complete(lateCompleted);
        sweep();
        assertThat(http.operations().deliverAgain(dead)).isTrue();
        var fresh = get(http, 0).enqueue();

        awaitDelivered(7);
        awaitEmpty(http);
        assertThat(callback.outcomes.keySet())
                .containsExactlyInAnyOrder(pending, orphaned, completed, dead, late, lateCompleted, fresh);
        assertThat(callback.outcomes.values())
                .allSatisfy(outcomes -> assertThat(outcomes).singleElement().isInstanceOf(Response.class));
        assertThat(callback.outcomes.get(pending).get(0).callbackArgs().get("who"))
                .isEqualTo("old");
        assertThat(http.operations().counts()).containsEntry(RequestState.DEAD, 0L);
    }

    private String insert(int number) {
        var id = OLD + number;
        execute(INSERT_BY_VERSION_1.formatted(
                id, "{\"method\":\"GET\",\"url\":\"" + server.slow(0) + "\",\"headers\":{}}"));
        return id;
    }

    /** In one transaction, so that the new process does not claim it first. */
    private String insertClaimed(int number) {
        var id = OLD + number;
        execute(INSERT_BY_VERSION_1
                .formatted(id, "{}")
                .replace("'PENDING', 0", "'IN_FLIGHT', 1")
                .replace("(id, state", "(owner, id, state")
                .replace("VALUES (", "VALUES ('" + OLD + "9', "));
        return id;
    }

    private void complete(String id) {
        execute(CLAIM_BY_VERSION_1.formatted(OLD + "9", id));
        execute(COMPLETE_BY_VERSION_1.formatted(id));
    }

    /** Makes jobs for outcomes that have none. */
    private void sweep() {
        var transactions = JdbcTransactions.of(database);
        var store = new JdbcRequestStore(transactions, "patient_http_", "", "", "");
        new Sweeper(
                        reach(store, transactions),
                        DbSchedulerCallbacks.create().owned(database),
                        Duration.ofSeconds(-1),
                        100)
                .sweep();
    }

    private String tablesOfVersion1() {
        var name = "/io/patienthttp/jdbc/version-1/" + dialect() + ".sql";
        try (var script = UpgradeContract.class.getResourceAsStream(name)) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    abstract String dialect();
}
