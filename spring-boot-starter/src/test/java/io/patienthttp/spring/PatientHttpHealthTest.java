package io.patienthttp.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** The health {@code patientHttp} over HTTP. */
class PatientHttpHealthTest {

    private SlowApi api;
    private WebApp app;

    @BeforeEach
    void startApi() throws Exception {
        api = new SlowApi();
    }

    @AfterEach
    void stop() {
        if (app != null) {
            app.close();
        }
        api.close();
    }

    @Test
    void aProcessThatWorksIsUpAndTellsWhy() {
        start();

        assertThat(health())
                .startsWith("{\"details\":{\"state\":\"RUNNING\",\"inFlight\":0,\"maxInFlight\":256,\"leaseAge\":\"PT")
                .contains("\"lastClaim\":\"PT", "\"oldestPendingAge\":\"PT0S\"", "\"status\":\"UP\"");
    }

    @Test
    void aNodeThatOnlyEnqueuesIsUpWhateverWaits() {
        start("patient-http.processor.enabled=false", "patient-http.health.queue-age-threshold=1ms");
        enqueueLongAgo();

        assertThat(health()).isEqualTo("{\"details\":{\"processor\":\"not enabled\"},\"status\":\"UP\"}");
    }

    @Test
    void aProcessThatFinishesWhatItHoldsIsOutOfService() {
        start();

        app.http().drain();

        assertThat(health()).contains("\"state\":\"DRAINING\"", "\"status\":\"OUT_OF_SERVICE\"");
        assertThat(app.get("/health/patientHttp").statusCode()).isEqualTo(503);
    }

    @Test
    void aProcessThatWasStoppedIsOutOfService() {
        start();

        app.http().stop(Duration.ZERO);

        assertThat(health()).contains("\"state\":\"STOPPED\"", "\"status\":\"OUT_OF_SERVICE\"");
    }

    @Test
    void aProcessWhoseLeaseIsOverIsDown() {
        start("patient-http.heartbeat-interval=250ms", "patient-http.lease=1s");
        app.context.getBean(JdbcTemplate.class).execute("SHUTDOWN");
        app.context.getBean(HikariDataSource.class).close();

        atMostTenSeconds().untilAsserted(() -> assertThat(health())
                .contains("\"reason\":\"the lease of PT1S is over: no heartbeat reaches the database\"")
                .contains("\"status\":\"DOWN\""));
    }

    /** The heartbeat has a connection of its own, and goes on. */
    @Test
    void aProcessThatClaimsNothingAnyMoreIsDown() {
        start("patient-http.heartbeat-interval=250ms", "patient-http.lease=1s");
        app.context.getBean(HikariDataSource.class).close();

        atMostTenSeconds().untilAsserted(() -> assertThat(health())
                .contains("\"reason\":\"no claim has ended for PT1.2S\"")
                .contains("\"status\":\"DOWN\""));
    }

    @Test
    void aQueueThatIsOlderThanTheThresholdIsDown() {
        start(
                "patient-http.health.queue-age-threshold=10m",
                "patient-http.max-in-flight=1",
                "patient-http.poll-interval=10ms");
        app.client().get(api.held()).callback(App.NoteCallback.class).enqueue();
        atMostTenSeconds().until(() -> !api.hits.isEmpty());
        enqueueLongAgo();

        assertThat(health())
                .contains("\"oldestPendingAge\":\"PT1H", "\"reason\":\"requests wait longer than PT10M\"")
                .contains("\"status\":\"DOWN\"");
    }

    @Test
    void withoutAThresholdAnOldQueueIsNoDisturbance() {
        start("patient-http.max-in-flight=1");
        app.client().get(api.held()).callback(App.NoteCallback.class).enqueue();
        atMostTenSeconds().until(() -> !api.hits.isEmpty());
        enqueueLongAgo();

        assertThat(health()).contains("\"oldestPendingAge\":\"PT1H", "\"status\":\"UP\"");
    }

    @Test
    void itCanBeTurnedOff() {
        start("management.health.patient-http.enabled=false");

        assertThat(app.get("/health/patientHttp").statusCode()).isEqualTo(404);
    }

    @Test
    void aThresholdThatIsNotPositiveIsRefused() {
        assertThatThrownBy(() -> start("patient-http.health.queue-age-threshold=0s"))
                .rootCause()
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("patient-http.health.queue-age-threshold")
                .hasMessageContaining("must be positive, was PT0S");
    }

    private void enqueueLongAgo() {
        var id = app.client().get(api.now()).callback(App.NoteCallback.class).enqueue();
        app.context
                .getBean(JdbcTemplate.class)
                .update(
                        "UPDATE patient_http_requests SET run_at = run_at - INTERVAL '1' HOUR WHERE id = ?",
                        UUID.fromString(id));
    }

    private void start(String... properties) {
        var all = Stream.concat(
                Stream.of(WebApp.NO_SECURITY, "management.endpoint.health.show-details=always"),
                Arrays.stream(properties));
        app = new WebApp(App.class, all.toArray(String[]::new));
    }

    private String health() {
        return app.get("/health/patientHttp").body();
    }

    private static ConditionFactory atMostTenSeconds() {
        return await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(50));
    }
}
