package io.patienthttp.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Workers whose clocks are ten minutes wrong, either way, beside one that is right. */
@Tag("fault")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.SAME_THREAD)
class ClockTest implements PrintsTable {

    private static final int AHEAD = 600;
    private static final int BEHIND = -600;
    private static final int REQUESTS = 300;
    private static final int ROUNDS = 3;

    private FaultRun wrong;

    @BeforeAll
    void start() throws Exception {
        wrong = new FaultRun("clocks wrong: 10 minutes, either way");
        start(wrong, 0, AHEAD, BEHIND);
    }

    @AfterAll
    void stop() {
        wrong.close();
    }

    @Test
    void nobodyIsTakenForDeadAndCallbacksStartInTime() throws Exception {
        try (var right = new FaultRun("no fault: clocks right")) {
            start(right, 0, 0, 0);
            var delay = Duration.ofDays(1);

            // a busy machine may delay one round; wrong clocks delay each
            for (int i = 0; i < ROUNDS && delay.compareTo(Duration.ofSeconds(1)) >= 0; i++) {
                right.next("no fault: clocks right");
                wrong.next("clocks wrong: 10 minutes, either way");
                var expected = answerToCallback(right);
                var actual = answerToCallback(wrong);
                System.out.println("answer to callback, p99: " + expected + ", with wrong clocks " + actual);
                delay = actual.minus(expected);
            }

            assertThat(delay).isLessThan(Duration.ofSeconds(1));
        }
    }

    /** A scheduler looks when it starts for jobs whose last heartbeat is more than two minutes old. */
    @Test
    void aSchedulerThatIsAheadLeavesRunningCallbacksAlone() throws Exception {
        wrong.next("clocks wrong: one more worker, ahead, while callbacks run");
        var ahead = wrong.launch(wrong.url(), FakeTime.ahead(AHEAD));
        int jobs = 3 * Worker.CALLBACK_THREADS;

        try (var blocked = wrong.tables.lock("deliveries")) {
            wrong.enqueue(jobs, 100);
            await().atMost(FaultRun.LONG).until(() -> wrong.tables.count("scheduled_tasks WHERE picked") == jobs);
            addDeadJob(wrong.tables);

            ahead.start();

            await().atMost(FaultRun.LONG)
                    .until(() -> wrong.tables.count("scheduled_tasks WHERE picked_by = 'dead'") == 0);
            await().during(Duration.ofSeconds(2)) // what it takes for dead beside that one follows within milliseconds
                    .atMost(FaultRun.LONG)
                    .until(() -> wrong.tables.count("scheduled_tasks WHERE consecutive_failures > 0") <= 1);
        }
        wrong.expectClean();
    }

    /** A job of no request that is really dead; a scheduler that has looked takes the name away. */
    private static void addDeadJob(Tables tables) {
        tables.execute("""
                INSERT INTO scheduled_tasks (task_name, task_instance, execution_time, picked, picked_by, last_heartbeat, version)
                VALUES ('patient-http-callback', '%s:1', now() - interval '1 day', true, 'dead', now() - interval '1 hour', 1)
                """.formatted(UUID.randomUUID()));
    }

    private static void start(FaultRun run, int... secondsAhead) throws Exception {
        for (int seconds : secondsAhead) {
            run.launch(run.url(), FakeTime.ahead(seconds)).begin();
        }
        for (var worker : run.workers()) {
            worker.awaitReady();
        }
    }

    /** The 99th percentile of the time from the server's answer to the callback. */
    private static Duration answerToCallback(FaultRun run) throws InterruptedException {
        for (int i = 0; i < REQUESTS / 10; i++) {
            run.enqueue(10, 200 + i * 50);
        }
        assertThat(run.expectClean().sentAgain()).isZero();
        assertThat(run.output()).noneMatch(line -> line.contains(" died: ") || line.contains("was taken for dead"));
        var times = run.judge.answerToDelivery();
        assertThat(times).hasSize(REQUESTS);
        return times.get(REQUESTS * 99 / 100);
    }
}
