package io.patienthttp.demo.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patienthttp.demo.DemoTest;
import io.patienthttp.demo.Http;
import io.patienthttp.demo.slow.SlowApiAddress;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@DemoTest
class BlockingRunTest {

    @Autowired
    private SlowApiAddress slowApi;

    @Test
    void tenWorkersWaitForOneAnswerEach() {
        var run = BlockingRun.start(URI.create(slowApi.slow(Duration.ofMillis(300))), 25);

        await().until(() -> run.side().inFlight() == BlockingRun.WORKERS);
        await().until(() -> !run.side().running());
        assertThat(run.side().done()).isEqualTo(25);
        assertThat(run.side().failed()).isZero();
        assertThat(run.side().seconds()).isGreaterThanOrEqualTo(0.9);
    }

    @Test
    void stoppedWorkersEndAfterTheirAnswer() {
        var run = BlockingRun.start(URI.create(slowApi.slow(Duration.ofMillis(300))), 1000);

        run.stop();

        await().until(() -> !run.side().running());
        assertThat(run.side().done()).isLessThanOrEqualTo(BlockingRun.WORKERS);
    }

    @Test
    void missingAnswersAreCounted() {
        var run = BlockingRun.start(URI.create("http://127.0.0.1:1/"), 3);

        await().until(() -> !run.side().running());
        assertThat(run.side().failed()).isEqualTo(3);
    }

    @Test
    void comparisonRunsBothSides() throws Exception {
        var http = new Http(slowApi.root());

        assertThat(http.post("/api/comparison", "{\"requests\": 20, \"delay\": \"300ms\"}")
                        .statusCode())
                .isEqualTo(202);
        assertThat(http.post("/api/comparison", "{\"requests\": 20, \"delay\": \"300ms\"}")
                        .statusCode())
                .isEqualTo(409);

        var comparison = await().until(
                        () -> Http.json(http.get("/api/live")).path("comparison"),
                        live -> !live.path("blocking").path("running").asBoolean()
                                && !live.path("patient").path("running").asBoolean());
        assertThat(comparison.path("blocking").path("done").asInt()).isEqualTo(20);
        assertThat(comparison.path("patient").path("done").asInt()).isEqualTo(20);
    }

    @Test
    void badComparisonIsRefused() throws Exception {
        var http = new Http(slowApi.root());

        for (var json : new String[] {"{}", "{\"requests\": 0}", "{\"requests\": 1, \"delay\": \"31s\"}"}) {
            assertThat(http.post("/api/comparison", json).statusCode()).isEqualTo(400);
        }
    }
}
