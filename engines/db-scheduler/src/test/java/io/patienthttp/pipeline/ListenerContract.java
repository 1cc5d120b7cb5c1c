package io.patienthttp.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.patienthttp.Listener;
import io.patienthttp.RejectedFailure;
import io.patienthttp.Request;
import io.patienthttp.jdbc.JdbcTransactions;
import io.patienthttp.spi.Transaction;
import io.patienthttp.spi.Transactions;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What listeners are told, in which order, and that they can harm nothing: on every database, over real sockets. */
abstract class ListenerContract extends PipelineFixture {

    private final Told told = new Told();
    private final CountDownLatch hanging = new CountDownLatch(1);

    @BeforeEach
    void listen() {
        storing = builder -> builder.listener(told);
    }

    @AfterEach
    void endWhatHangs() {
        hanging.countDown();
    }

    @Test
    void theLifeOfARequestIsToldInItsOrder() {
        var http = start(s -> s.pollInterval(Duration.ofMinutes(10)));

        var id = get(http, 10).enqueue();

        told.await(id, "delivered");
        told.await(id, "end response");
        http.stop(Duration.ZERO);
        var events = told.of(id);
        assertThat(events)
                .containsExactlyInAnyOrder(
                        "enqueued GET", "claimed 1", "start GET", "completed 200 true", "end response", "delivered")
                .containsSubsequence("enqueued GET", "claimed 1", "start GET", "completed 200 true", "end response")
                .containsSubsequence("completed 200 true", "delivered");
        assertThat(told.all).startsWith("start").endsWith("stop").contains("claim of 1");
        assertThat(told.threads).containsOnly("patient-http-events");
    }

    @Test
    void aFailureIsToldAsTheCallbackGetsIt() {
        var http = start(s -> {});

        var id = http.get("http://127.0.0.1:1/")
                .callback(RecordingCallback.class)
                .enqueue();

        told.await(id, "delivered");
        told.await(id, "end failure");
        assertThat(told.of(id)).containsSubsequence("claimed 1", "start GET", "failed CONNECTION true", "delivered");
    }

    @Test
    void onlyWhatCommitsIsTold() {
        var transactions = new ThreadTransactions(JdbcTransactions.of(database));
        storing = builder -> builder.listener(told).transactions(transactions);
        var http = build(s -> {});

        assertThatThrownBy(() -> transactions.inTransaction(transaction -> {
                    get(http, 0).enqueue();
                    throw new IllegalStateException("rolled back");
                }))
                .hasMessage("rolled back");
        var id = transactions.inTransaction(transaction -> {
            var enqueued = get(http, 0).enqueue();
            assertThat(told.all).as("before the commit").isEmpty();
            return enqueued;
        });

        told.await(id, "enqueued GET");
        assertThat(told.all).hasSize(1);
    }

    @Test
    void whatIsCancelledIsToldAsCancelledWhateverItWouldHaveBeen() {
        var http = build(s -> {});
        var pending = get(http, 0).enqueue();
        http.cancel(pending);
        told.await(pending, "failed CANCELLED true");
        http.start();
        var inFlight = get(http, 60_000).enqueue();
        await().atMost(Duration.ofSeconds(60)).until(() -> server.waiting() == 1);

        http.cancel(inFlight);

        told.await(inFlight, "failed CANCELLED true");
        told.await(inFlight, "delivered");
        told.await(inFlight, "end -");
        assertThat(told.of(inFlight)).doesNotContain("released").noneMatch(what -> what.startsWith("completed"));
        assertThat(told.of(pending)).doesNotContain("claimed 1");
    }

    @Test
    void anAnswerToWhatWasCancelledMeanwhileIsToldAsCancelled() {
        hostile = () -> execute("UPDATE patient_http_requests SET cancel_requested = TRUE");
        var http = start(s -> {});

        var id = get(http, 0).preprocessors("hostile").enqueue();

        told.await(id, "failed CANCELLED true");
        told.await(id, "delivered");
        assertThat(told.of(id)).noneMatch(what -> what.startsWith("completed"));
        assertThat(callback.outcomes.get(id).get(0)).isInstanceOf(RejectedFailure.class);
    }

    @Test
    void aStopTellsWhatItReleases() {
        var http = start(s -> {});
        var id = get(http, 60_000).enqueue();
        await().atMost(Duration.ofSeconds(60)).until(() -> server.waiting() == 1);

        http.stop(Duration.ZERO);

        assertThat(told.of(id)).containsSubsequence("claimed 1", "start GET", "released", "end -");
        assertThat(told.all).endsWith("stop");
    }

    @Test
    void retriesAndDeathOfACallbackAreTold() {
        callback.failFirst = 100;
        var http = start(s -> s.callbackMaxAttempts(3)
                .callbackFirstBackoff(Duration.ofMillis(10))
                .callbackLongestBackoff(Duration.ofMillis(15)));

        var id = get(http, 0).enqueue();

        told.await(id, "dead recording 3");
        assertThat(told.of(id))
                .containsSubsequence("completed 200 true", "retried 1 10", "retried 2 15", "dead recording 3")
                .doesNotContain("delivered");
    }

    @Test
    void hooksRunOnceEachInTheirOrderWhateverTheCallbackDoes() {
        var ran = new CopyOnWriteArrayList<String>();
        storing = builder -> builder.afterCompletion(response -> ran.add("first " + response.requestId()))
                .afterCompletion(response -> {
                    throw new IllegalStateException("a hook of the application");
                })
                .afterCompletion(response -> ran.add("last " + response.requestId()))
                .afterError(failure -> ran.add(failure.kind() + " " + failure.requestId()))
                .onDead(letter -> ran.add("dead " + letter.requestId()));
        callback.failFirst = 3;
        var http = start(s -> s.callbackMaxAttempts(3).callbackLongestBackoff(Duration.ofMillis(20)));

        var id = get(http, 0).enqueue();

        await().atMost(Duration.ofSeconds(60)).until(() -> ran.contains("dead " + id));
        assertThat(callback.runs).hasValue(3);
        assertThat(ran).containsExactly("first " + id, "last " + id, "dead " + id);
        var failing = http.get("http://127.0.0.1:1/")
                .callback(RecordingCallback.class)
                .enqueue();
        await().atMost(Duration.ofSeconds(60)).until(() -> ran.contains("CONNECTION " + failing));
        assertThat(ran).hasSize(4);
    }

    @Test
    void listenersThatThrowOrHangHarmNothing() {
        storing = builder ->
                builder.listener(new Throwing()).listener(new Hanging(hanging)).listener(told);
        var http = start(s -> {});

        var ids = http.enqueueAll(gets(50, 5));

        awaitDelivered(50);
        ids.forEach(id -> told.await(id, "delivered"));
        awaitEmpty(http);
        long began = System.nanoTime();
        http.stop(Duration.ZERO);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(SOON);
        assertThat(hanging.getCount()).as("it hangs still").isEqualTo(1);
        assertThat(told.all).endsWith("stop");
    }

    @Test
    void whatADeadProcessHadInFlightIsToldAsReclaimed() {
        var http = build(s -> s.lease(Duration.ofSeconds(4)).heartbeatInterval(Duration.ofSeconds(1)));
        var id = get(http, 0).enqueue();
        var dead = UUID.randomUUID();
        execute("INSERT INTO patient_http_processes (id, host, pid, version, lease_ms, max_in_flight, in_flight,"
                + " started_at, last_seen_at, healthy_since) VALUES ('" + dead + "', 'host', 1, '1', 1000, 1, 1,"
                + " CURRENT_TIMESTAMP - INTERVAL '1' HOUR, CURRENT_TIMESTAMP - INTERVAL '1' HOUR,"
                + " CURRENT_TIMESTAMP - INTERVAL '1' HOUR)");
        execute("UPDATE patient_http_requests SET state = 'IN_FLIGHT', epoch = 1, owner = '" + dead + "'");

        http.start();

        told.await("reclaimed 1 of " + dead);
        told.await(id, "delivered");
        assertThat(told.all).containsSubsequence("reclaimed 1 of " + dead, id + " claimed 1", id + " delivered");
    }

    @Test
    void aLostLeaseIsToldAndWhatWasInFlightIsReleased() {
        var http = start(s -> s.lease(Duration.ofSeconds(4)).heartbeatInterval(Duration.ofSeconds(1)));
        var id = get(http, 60_000).enqueue();
        await().atMost(Duration.ofSeconds(60)).until(() -> server.waiting() == 1);
        var process = http.operations().processes().get(0).id();

        execute("DELETE FROM patient_http_processes");

        told.await("lost the lease of " + process);
        told.await(id, "released");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> told.of(id).stream().filter("claimed 1"::equals).count() == 2);
        assertThat(told.of(id)).containsSubsequence("claimed 1", "released"); // maybe claimed again before
    }

    /** Fails whatever it is told. */
    private static final class Throwing implements Listener {

        @Override
        public void onEnqueued(String requestId, Request request) {
            throw new IllegalStateException("a listener of the application");
        }

        @Override
        public void onClaimed(String requestId, int attempt, Duration delay) {
            throw new StackOverflowError("a listener of the application");
        }

        @Override
        public void onDelivered(String requestId, Duration duration) {
            throw new IllegalStateException("a listener of the application");
        }
    }

    /** Never returns. */
    private record Hanging(CountDownLatch end) implements Listener {

        @Override
        public void onClaimed(String requestId, int attempt, Duration delay) {
            while (end.getCount() > 0) {
                try {
                    end.await();
                } catch (InterruptedException e) {
                    // it hangs
                }
            }
        }
    }

    /** Transactions that enqueue sees, as Spring's. */
    private static final class ThreadTransactions implements Transactions {

        private final JdbcTransactions jdbc;
        private final ThreadLocal<Transaction> open = new ThreadLocal<>();

        ThreadTransactions(JdbcTransactions jdbc) {
            this.jdbc = jdbc;
        }

        @Override
        public Optional<Transaction> current() {
            return Optional.ofNullable(open.get());
        }

        @Override
        public <T, X extends Exception> T inTransaction(Work<T, X> work) throws X {
            return jdbc.inTransaction(transaction -> {
                open.set(transaction);
                try {
                    return work.run(transaction);
                } finally {
                    open.remove();
                }
            });
        }

        @Override
        public boolean visibleToCallbacks() {
            return true;
        }
    }
}
