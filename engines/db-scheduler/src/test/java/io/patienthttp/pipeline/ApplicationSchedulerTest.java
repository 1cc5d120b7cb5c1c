package io.patienthttp.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.RequestState;
import io.patienthttp.dbscheduler.DbSchedulerCallbacks;
import io.patienthttp.fixture.Databases;
import io.patienthttp.runtime.PatientHttp;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The scheduler of the application: its heartbeats are as short as db-scheduler allows, and it is stopped under us. */
class ApplicationSchedulerTest extends PipelineFixture {

    private static final int REQUESTS = 20;

    private static final Duration HEARTBEAT = Duration.ofMillis(500);

    private static final int MISSED_HEARTBEATS = 4;

    private final DbSchedulerCallbacks callbacks = DbSchedulerCallbacks.create();
    private Scheduler scheduler;

    @Override
    HikariDataSource database() {
        return Databases.h2();
    }

    @BeforeEach
    void startScheduler() {
        scheduler = scheduler();
        scheduler.start();
    }

    @AfterEach
    void stopScheduler() {
        scheduler.stop();
    }

    private Scheduler scheduler() {
        return Scheduler.create(database, callbacks.task())
                .pollingInterval(Duration.ofMillis(100))
                .heartbeatInterval(HEARTBEAT)
                .missedHeartbeatsLimit(MISSED_HEARTBEATS)
                .build();
    }

    @Test
    void aCallbackThatTakesLongerThanADeadOneIsNotTakenForDead() {
        callback.duration = HEARTBEAT.multipliedBy(4 * MISSED_HEARTBEATS);
        var http = start(scheduler);

        http.enqueueAll(gets(3, 0));

        awaitDelivered(3);
        awaitEmpty(http);
        assertThat(callback.runs).hasValue(3);
    }

    @Test
    void outcomesWaitWhileTheSchedulerIsStoppedAndGoToTheNextOne() {
        var http = start(scheduler);
        scheduler.stop();

        http.enqueueAll(gets(REQUESTS, 0));

        await().atMost(SOON).until(() -> http.operations().counts().get(RequestState.COMPLETED) == REQUESTS);
        assertThat(callback.runs).hasValue(0);
        http.stop(Duration.ofSeconds(1));
        scheduler = scheduler();
        scheduler.start();
        var next = start(scheduler);
        awaitDelivered(REQUESTS);
        awaitEmpty(next);
        assertThat(callback.runs).hasValue(REQUESTS);
        assertThat(server.hitCount()).isEqualTo(REQUESTS);
    }

    private PatientHttp start(Scheduler scheduler) {
        var http = build(callbacks.on(scheduler), s -> {});
        http.start();
        return http;
    }
}
