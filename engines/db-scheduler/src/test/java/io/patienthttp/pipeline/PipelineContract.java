package io.patienthttp.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.patienthttp.CancelResult;
import io.patienthttp.Failure;
import io.patienthttp.LifecycleState;
import io.patienthttp.RejectedFailure;
import io.patienthttp.RequestState;
import io.patienthttp.Response;
import io.patienthttp.Secret;
import io.patienthttp.dbscheduler.DbSchedulerCallbacks;
import io.patienthttp.internal.recover.Sweeper;
import io.patienthttp.jdbc.JdbcRequestStore;
import io.patienthttp.jdbc.JdbcTransactions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The whole pipeline in one JVM, from enqueue to callback: on every database, with db-scheduler. */
abstract class PipelineContract extends PipelineFixture {

    @Test
    void aRequestGoesFromEnqueueToItsCallbackAndLeavesNothing() {
        var http = start(s -> {});

        var id = http.post(server.url("/slow?delay=10&size=100"))
                .header("x-api-key", Secret.named("key"))
                .json(Map.of("question", 1))
                .callback(RecordingCallback.class)
                .callbackArgs(Map.of("id", 42))
                .enqueue();

        awaitDelivered(1);
        var response = (Response) callback.outcomes.get(id).get(0);
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.callbackArgs().get("id")).isEqualTo(42);
        assertThat(response.json(Map.class)).containsKey("text");
        assertThat(server.hits().get(id)).hasSize(1);
        awaitEmpty(http);
        assertThat(http.find(id)).isEmpty();
        assertThat(count("scheduled_tasks")).isZero();
    }

    @Test
    void allOfABatchAreDeliveredExactlyOnce() {
        var http = start(s -> {});

        var ids = http.enqueueAll(gets(500, 5));

        awaitDelivered(500);
        awaitEmpty(http);
        assertThat(callback.outcomes.keySet()).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(callback.deliveries()).isEqualTo(500);
        assertThat(server.hitCount()).isEqualTo(500);
    }

    @Test
    void rollbackLeavesNoRequestAndCommitExactlyOne() throws Exception {
        var http = build(s -> {});
        try (var connection = database.getConnection()) {
            connection.setAutoCommit(false);
            get(http, 0).enqueue(connection);
            http.enqueueAll(connection, gets(10, 0));
            connection.rollback();
            assertThat(http.operations().counts()).containsEntry(RequestState.PENDING, 0L);

            get(http, 0).enqueue(connection);
            assertThat(http.operations().counts()).containsEntry(RequestState.PENDING, 0L);
            connection.commit();
            assertThat(http.operations().counts()).containsEntry(RequestState.PENDING, 1L);

            http.enqueueAll(connection, gets(10, 0));
            connection.commit();
        }
        assertThat(http.operations().counts()).containsEntry(RequestState.PENDING, 11L);
        http.start();
        awaitDelivered(11);
        assertThat(callback.deliveries()).isEqualTo(11);
    }

    @Test
    void whatWasSentIsCountedByHostWhenTheProcessStops() {
        var http = start(s -> {});
        http.enqueueAll(gets(3, 0));
        awaitDelivered(3);
        var inspection = http.operations().inspection();
        assertThat(inspection.trafficByHost()).isEmpty();

        http.stop(Duration.ofSeconds(20));

        assertThat(inspection.trafficByHost()).singleElement().satisfies(host -> {
            assertThat(host.host()).isEqualTo("127.0.0.1");
            assertThat(host.traffic().requests()).isEqualTo(3);
            assertThat(host.traffic().errors()).isZero();
            assertThat(host.traffic().percentile(0.5)).isPositive();
        });
        http.start();
        http.stop(Duration.ofSeconds(20));
        assertThat(inspection.trafficByHost().get(0).traffic().requests()).isEqualTo(3);
    }

    @Test
    void theClaimerIsWokenByOurOwnCommitAndByWake() throws Exception {
        var http = start(s -> s.pollInterval(Duration.ofMinutes(10)));

        get(http, 0).enqueue();
        awaitDelivered(1);

        try (var connection = database.getConnection()) {
            connection.setAutoCommit(false);
            get(http, 0).enqueue(connection);
            connection.commit();
        }
        http.wake();
        awaitDelivered(2);
    }

    @Test
    void aCallbackThatFailsThreeTimesIsDeliveredOnce() {
        callback.failFirst = 3;
        var http = start(s -> {});

        var id = get(http, 0)
                .callbackArgs(Map.of("id", 42, "of", List.of(1.5, "a")))
                .enqueue();

        awaitDelivered(1);
        awaitEmpty(http);
        assertThat(callback.runs).hasValue(4);
        assertThat(callback.given).hasSize(4);
        assertThat(new HashSet<>(callback.given))
                .as("the first run has it from memory, later ones from the row")
                .hasSize(1);
        assertThat(callback.outcomes.get(id)).hasSize(1);
        assertThat(server.hits().get(id)).as("the request is not sent again").hasSize(1);
        assertThat(dead).isEmpty();
    }

    @Test
    void aCallbackThatFailsTenTimesIsDeadAndDeliveredAgainOnRequest() {
        callback.failFirst = 10;
        var http = start(s -> s.callbackLongestBackoff(Duration.ofMillis(50)));

        var id = get(http, 0).enqueue();

        await().atMost(Duration.ofSeconds(30)).until(() -> !dead.isEmpty());
        assertThat(callback.runs).hasValue(10);
        assertThat(dead).singleElement().satisfies(letter -> {
            assertThat(letter.requestId()).isEqualTo(id);
            assertThat(letter.callback()).isEqualTo("recording");
            assertThat(letter.runs()).isEqualTo(10);
            assertThat(letter.lastError()).contains("failure 10");
        });
        assertThat(http.find(id).orElseThrow().state()).isEqualTo(RequestState.DEAD);
        assertThat(count("scheduled_tasks")).isZero();

        assertThat(http.operations().deliverAgain(id)).isTrue();

        awaitDelivered(1);
        assertThat(callback.outcomes.get(id)).hasSize(1);
        assertThat(server.hits().get(id)).hasSize(1);
        awaitEmpty(http);
        assertThat(dead).hasSize(1);
    }

    @Test
    void aDeadRequestIsSentAgainOrDeletedOnRequest() {
        callback.failFirst = 2;
        var http = start(s -> s.callbackMaxAttempts(1));
        var again = get(http, 0).enqueue();
        var gone = get(http, 0).enqueue();
        await().atMost(SOON).until(() -> dead.size() == 2);

        assertThat(http.operations().sendAgain(again)).isTrue();
        assertThat(http.operations().delete(gone)).isTrue();

        awaitDelivered(1);
        awaitEmpty(http);
        assertThat(server.hits().get(again)).hasSize(2);
        assertThat(server.hits().get(gone)).hasSize(1);
        assertThat(callback.outcomes.get(again)).hasSize(1);
    }

    @Test
    void aPendingRequestIsCancelledWithoutBeingSent() {
        var http = start(s -> {});
        var id = get(http, 0).delay(Duration.ofHours(1)).enqueue();

        assertThat(http.cancel(id)).isEqualTo(CancelResult.CANCELLED);

        awaitDelivered(1);
        assertThat(callback.outcomes.get(id).get(0)).isInstanceOfSatisfying(RejectedFailure.class, failure -> {
            assertThat(failure.kind()).isEqualTo(Failure.Kind.CANCELLED);
            assertThat(failure.url().toString()).isEqualTo(server.slow(0));
            assertThat(failure.maybeProcessed()).isFalse();
        });
        assertThat(server.hits()).isEmpty();
    }

    @Test
    void aRequestInFlightIsAbortedWhenItIsCancelled() {
        var http = start(s -> {});
        var id = get(http, 60_000).enqueue();
        await().atMost(SOON).until(() -> server.waiting() == 1);

        assertThat(http.cancel(id)).isEqualTo(CancelResult.CANCELLED);

        awaitDelivered(1);
        assertThat(callback.outcomes.get(id).get(0)).isInstanceOfSatisfying(RejectedFailure.class, failure -> {
            assertThat(failure.kind()).isEqualTo(Failure.Kind.CANCELLED);
            assertThat(failure.maybeProcessed()).isTrue();
        });
        assertThat(http.inFlight()).isZero();
    }

    @Test
    void stopDeliversWhatFinishesInTimeAndReleasesTheRestAtOnce() {
        var http = start(s -> {});
        var quick = http.enqueueAll(gets(20, 1_500));
        var slow = http.enqueueAll(gets(20, 60_000));
        await().atMost(SOON).until(() -> server.waiting() == 40);

        http.stop(Duration.ofSeconds(5));

        assertThat(http.state()).isEqualTo(LifecycleState.STOPPED);
        assertThat(callback.outcomes.keySet()).containsExactlyInAnyOrderElementsOf(quick);
        assertThat(http.operations().counts())
                .containsEntry(RequestState.PENDING, 20L)
                .containsEntry(RequestState.IN_FLIGHT, 0L)
                .containsEntry(RequestState.COMPLETED, 0L);
        assertThat(http.operations().processes()).isEmpty();
        assertThat(slow).allSatisfy(id -> assertThat(http.find(id).orElseThrow().recoveries())
                .isZero());
    }

    @Test
    void itMayBeStartedAgain() {
        var http = start(s -> {});
        http.stop(Duration.ofSeconds(1));
        http.start();

        get(http, 0).enqueue();

        awaitDelivered(1);
    }

    @Test
    void startAndStopAreSafeFromAnyThreadAtTheSameTime() throws Exception {
        var http = build(s -> {});
        var threads = Executors.newFixedThreadPool(4);
        try {
            var calls = new ArrayList<java.util.concurrent.Future<?>>();
            for (int i = 0; i < 12; i++) {
                int turn = i;
                calls.add(threads.submit(() -> {
                    if (turn % 2 == 0) {
                        http.start();
                    } else {
                        http.stop(Duration.ZERO);
                    }
                }));
            }
            for (var call : calls) {
                call.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        http.start();
        assertThat(http.isRunning()).isTrue();
        assertThat(http.operations().processes()).hasSize(1);
        get(http, 0).enqueue();
        awaitDelivered(1);
    }

    @Test
    void drainFinishesWhatIsInFlightAndClaimsNothingNew() {
        var http = start(s -> {});
        get(http, 500).enqueue();
        await().atMost(SOON).until(() -> server.waiting() == 1);

        http.drain();
        var later = get(http, 0).enqueue();

        assertThat(http.isDraining()).isTrue();
        awaitDelivered(1);
        assertThat(http.find(later).orElseThrow().state()).isEqualTo(RequestState.PENDING);
    }

    @Test
    void aDrainThatIsInterruptedDrains() {
        var http = start(s -> {});

        Thread.currentThread().interrupt();
        http.drain();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(http.isDraining()).isTrue();
    }

    @Test
    void noMoreThanMaxInFlightAreSentAtOnce() {
        var http = start(s -> s.maxInFlight(10));

        http.enqueueAll(gets(100, 50));

        awaitDelivered(100);
        assertThat(server.highest()).isLessThanOrEqualTo(10);
    }

    @Test
    void noMoreThanTheLimitOfAHostAreSentAtOnce() {
        var http = start(s -> s.host("127.0.0.1", h -> h.maxInFlight(3)));

        http.enqueueAll(gets(30, 50));

        awaitDelivered(30);
        assertThat(server.highest()).isLessThanOrEqualTo(3);
    }

    @Test
    void aRequestThatMissesItsSecretWaitsForAnotherNode() {
        var http = start(s -> {});
        var id = http.get(server.slow(0))
                .header("authorization", Secret.named("unknown"))
                .callback(RecordingCallback.class)
                .enqueue();

        await().atMost(SOON)
                .until(() -> http.inFlight() == 0
                        && http.find(id).orElseThrow().state() == RequestState.PENDING
                        && epoch(id) == 1);
        assertThat(server.hits()).isEmpty();
        assertThat(callback.deliveries()).isZero();
        assertThat(http.vitals().unresolvedRequests()).isEqualTo(1);
        assertThat(http.vitals().unresolvedCallbacks()).isZero();
    }

    @Test
    void aRequestThatMissesItsSecretForTooLongFails() {
        var http = start(s -> s.unresolvedTimeout(Duration.ofNanos(1)));
        var id = http.get(server.slow(0))
                .header("authorization", Secret.named("unknown"))
                .callback(RecordingCallback.class)
                .enqueue();

        awaitDelivered(1);
        var failure = (Failure) callback.outcomes.get(id).get(0);
        assertThat(failure.kind()).isEqualTo(Failure.Kind.PREPARATION);
        assertThat(failure.maybeProcessed()).isFalse();
        assertThat(failure.message()).contains("unknown");
    }

    @Test
    void aCallbackThatIsUnknownHereIsLeftForAnotherNode() {
        var http = start(s -> {});
        var id = get(http, 0).delay(Duration.ofSeconds(1)).enqueue();
        execute("UPDATE patient_http_requests SET callback = 'somewhere.Else'");

        await().atMost(SOON).until(() -> http.find(id).orElseThrow().state() == RequestState.COMPLETED);
        await().atMost(SOON)
                .until(() -> count("scheduled_tasks WHERE picked = FALSE AND consecutive_failures = 0") == 1);
        assertThat(callback.runs).hasValue(0);
        assertThat(dead).isEmpty();
        assertThat(http.vitals().unresolvedRequests()).isZero();
        assertThat(http.vitals().unresolvedCallbacks()).isPositive();
    }

    @Test
    void aCallbackThatNoNodeKnowsIsDeadAfterTheUnresolvedTimeout() {
        var http = start(s -> {});
        var id = get(http, 0).delay(Duration.ofSeconds(1)).enqueue();
        execute("UPDATE patient_http_requests SET callback = 'somewhere.Else'");
        await().atMost(SOON).until(() -> http.find(id).orElseThrow().state() == RequestState.COMPLETED);
        http.stop(Duration.ofSeconds(1));
        execute("UPDATE scheduled_tasks SET execution_time = TIMESTAMP '2001-01-01 00:00:00'");

        start(s -> s.unresolvedTimeout(Duration.ofMillis(1)));

        await().atMost(SOON).until(() -> !dead.isEmpty());
        assertThat(http.find(id).orElseThrow().state()).isEqualTo(RequestState.DEAD);
        assertThat(dead.get(0).lastError()).contains("somewhere.Else");
        assertThat(callback.runs).hasValue(0);
    }

    @Test
    void aRowThatThisProcessOwnsButDoesNotHoldIsReleased() {
        var http = start(s -> s.lease(Duration.ofSeconds(2)).heartbeatInterval(Duration.ofMillis(500)));
        var id = get(http, 0).delay(Duration.ofHours(1)).enqueue();
        execute("UPDATE patient_http_requests SET state = 'IN_FLIGHT', epoch = 1, run_at = CURRENT_TIMESTAMP,"
                + " owner = (SELECT id FROM patient_http_processes)");

        awaitDelivered(1);

        assertThat(server.hits().get(id)).hasSize(1);
    }

    @Test
    void anOutcomeWithoutAJobGetsANewOne() {
        var http = build(s -> {});
        var id = get(http, 0).enqueue();
        http.cancel(id);
        execute("DELETE FROM scheduled_tasks");
        var queue = DbSchedulerCallbacks.create().owned(database);
        var transactions = JdbcTransactions.of(database);
        var store = new JdbcRequestStore(transactions, "patient_http_", "", "", "");

        new Sweeper(reach(store, transactions), queue, Duration.ofSeconds(-1), 10).sweep();

        assertThat(count("scheduled_tasks WHERE task_instance = '" + id + ":1'"))
                .isEqualTo(1);
        new Sweeper(reach(store, transactions), queue, Duration.ofSeconds(-1), 10).sweep();
        assertThat(count("scheduled_tasks")).as("it is alive now").isEqualTo(1);
        http.start();
        awaitDelivered(1);
    }

    @Test
    void aRequestIsRefusedAtTheCall() {
        var http = build(s -> {});

        assertThatThrownBy(() -> http.get(server.slow(0)).enqueue())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("callback must be set");
        assertThatThrownBy(() -> http.get(server.slow(0)).callback("nobody").enqueue())
                .hasMessage("callback must be registered, was \"nobody\", registered are [recording]");
        assertThatThrownBy(
                        () -> get(http, 0).header("Authorization", "Bearer abc").enqueue())
                .hasMessageContaining("Secret.named")
                .hasMessageNotContaining("abc");
        assertThat(http.operations().counts()).containsEntry(RequestState.PENDING, 0L);
    }

    @Test
    void startFailsClearlyWithoutTables() {
        var http = build(s -> s.tablePrefix("other_"));
        execute("DROP TABLE other_schema");

        assertThatThrownBy(http::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("other_")
                .hasMessageContaining("Schema.create()");
        assertThat(http.isStopped()).isTrue();
    }

    int epoch(String id) {
        return count("patient_http_requests WHERE epoch = 1");
    }
}
