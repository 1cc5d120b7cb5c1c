package io.patienthttp.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.RequestState;
import io.patienthttp.Response;
import io.patienthttp.Secret;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The endpoint {@code patienthttp} over HTTP. */
class PatientHttpEndpointTest {

    private static final String CANARY = "c4n4ry";
    private static final String EXPOSED = "management.endpoints.web.exposure.include=patienthttp";
    private static final String ONLY_ENQUEUE = "patient-http.processor.enabled=false";

    private SlowApi api;
    private WebApp app;

    @BeforeEach
    void startApi() throws Exception {
        api = new SlowApi();
    }

    @AfterEach
    void stop() {
        app.close();
        api.close();
    }

    @Test
    void itIsNotExposedUnlessTheApplicationSaysSo() {
        app = new WebApp(App.class, WebApp.NO_SECURITY, ONLY_ENQUEUE);

        assertThat(app.get("/patienthttp").statusCode()).isEqualTo(404);
        assertThat(app.context.getBeanNamesForType(PatientHttpEndpoint.class)).isEmpty();
    }

    @Test
    void itTellsCountsProcessesAndTheOldest() {
        start();
        app.client().get(api.held()).callback(App.NoteCallback.class).enqueue();
        atMostTenSeconds().until(() -> !api.hits.isEmpty());

        var response = app.get("/patienthttp");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .contains("\"state\":\"RUNNING\"", "\"inFlight\":1", "\"maxInFlight\":256", "\"IN_FLIGHT\":1")
                .contains("\"PENDING\":0", "\"countsUpTo\":10000", "\"processes\":[{\"id\":\"", "\"lastSeenAt\":\"2");
    }

    @Test
    void itTellsHowLongTheOldestWaits() {
        start(ONLY_ENQUEUE);
        enqueue();

        assertThat(app.get("/patienthttp").body())
                .contains("\"state\":\"STOPPED\"", "\"PENDING\":1", "\"oldestPendingAge\":\"PT", "\"processes\":[]");
    }

    @Test
    void aPendingRequestIsCancelled() {
        start(ONLY_ENQUEUE);
        var id = enqueue();

        var response = app.post("/patienthttp/" + id, "{\"action\":\"cancel\"}");

        assertThat(response.body()).isEqualTo("{\"result\":\"cancel\"}");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(app.get("/patienthttp/" + id).body())
                .contains("\"state\":\"COMPLETED\"", "\"cancelRequested\":true");
    }

    @Test
    void aDeadRequestIsDeliveredAgainSentAgainAndDeleted() {
        start("patient-http.callback.max-attempts=1");
        var callback = app.context.getBean("noteCallback", App.NoteCallback.class);
        callback.failures.set(3);
        var id = enqueue();
        atMostTenSeconds().until(() -> isDead(id));

        assertThat(app.post("/patienthttp/" + id, "{\"action\":\"deliver-again\"}")
                        .statusCode())
                .isEqualTo(200);
        atMostTenSeconds().until(() -> callback.runs.get() == 2 && isDead(id));
        assertThat(api.hits).hasSize(1);
        assertThat(app.post("/patienthttp/" + id, "{\"action\":\"send-again\"}").body())
                .isEqualTo("{\"result\":\"send-again\"}");
        atMostTenSeconds().until(() -> callback.runs.get() == 3 && isDead(id));
        assertThat(api.hits).hasSize(2);
        assertThat(app.send("DELETE", "/patienthttp/" + id, "").body()).isEqualTo("{\"result\":\"delete\"}");
        assertThat(app.client().find(id)).isEmpty();
        assertThat(app.send("DELETE", "/patienthttp/" + id, "").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"deliver-again", "send-again"})
    void whatIsNotDeadStaysAsItIs(String action) {
        start(ONLY_ENQUEUE);
        var id = enqueue();

        var response = app.post("/patienthttp/" + id, "{\"action\":\"" + action + "\"}");

        assertThat(response.statusCode()).isEqualTo(409);
        assertThat(response.body()).isEqualTo("{\"error\":\"request " + id + " must be DEAD, was PENDING\"}");
        assertThat(app.send("DELETE", "/patienthttp/" + id, "").statusCode()).isEqualTo(409);
        assertThat(app.client().find(id).orElseThrow().state()).isEqualTo(RequestState.PENDING);
    }

    @Test
    void badInputIsNamed() {
        start(ONLY_ENQUEUE);
        var unknown = UUID.randomUUID().toString();

        assertAnswer(app.get("/patienthttp/42"), 400, "id must be the UUID of a request, was 42");
        assertAnswer(
                app.post("/patienthttp/1-2-3-4-5", "{\"action\":\"cancel\"}"),
                400,
                "id must be the UUID of a request, was 1-2-3-4-5");
        assertAnswer(
                app.post("/patienthttp/" + unknown, "{\"action\":\"explode\"}"),
                400,
                "action must be one of [cancel, deliver-again, send-again], was explode");
        assertAnswer(
                app.post("/patienthttp/" + unknown, "{}"),
                400,
                "action must be one of [cancel, deliver-again, send-again], was null");
        assertAnswer(app.post("/patienthttp", "{\"action\":\"stop\"}"), 400, "action must be drain, was stop");
        assertAnswer(app.get("/patienthttp/" + unknown), 404, "there is no request " + unknown);
        assertAnswer(
                app.post("/patienthttp/" + unknown, "{\"action\":\"cancel\"}"), 404, "there is no request " + unknown);
        assertAnswer(
                app.post("/patienthttp", "{\"action\":\"drain\"}"), 409, "this process does not run the processor");
    }

    @Test
    void aProcessIsDrained() {
        start();

        assertThat(app.post("/patienthttp", "{\"action\":\"drain\"}").body()).isEqualTo("{\"state\":\"DRAINING\"}");

        assertThat(app.http().isDraining()).isTrue();
    }

    @Test
    void whereTheAccessIsReadOnlyNothingIsWritten() {
        start(ONLY_ENQUEUE, "management.endpoint.patienthttp.access=read-only");
        var id = enqueue();

        assertThat(app.get("/patienthttp/" + id).statusCode()).isEqualTo(200);
        assertThat(app.post("/patienthttp/" + id, "{\"action\":\"cancel\"}").statusCode())
                .isEqualTo(405);
        assertThat(app.send("DELETE", "/patienthttp/" + id, "").statusCode()).isEqualTo(405);
        assertThat(app.post("/patienthttp", "{\"action\":\"drain\"}").statusCode())
                .isEqualTo(405);
        assertThat(app.client().find(id).orElseThrow().state()).isEqualTo(RequestState.PENDING);
    }

    /** A page of another origin can send these without a preflight: a form, and text. */
    @ParameterizedTest
    @ValueSource(strings = {"application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=b"})
    void whatABrowserSendsForAForeignPageWithoutAskingIsRefused(String contentType) {
        start(ONLY_ENQUEUE);
        var id = enqueue();

        var response = app.send(
                "POST",
                "/patienthttp/" + id,
                "{\"action\":\"cancel\"}",
                "content-type",
                contentType,
                "origin",
                "https://evil.example");

        assertThat(response.statusCode()).isEqualTo(415);
        assertThat(app.client().find(id).orElseThrow().state()).isEqualTo(RequestState.PENDING);
    }

    @Test
    void aForeignPageThatAsksIsRefused() {
        start(ONLY_ENQUEUE);

        var response = app.send(
                "OPTIONS",
                "/patienthttp/" + UUID.randomUUID(),
                "",
                "origin",
                "https://evil.example",
                "access-control-request-method",
                "POST",
                "access-control-request-headers",
                "content-type");

        assertThat(response.headers().firstValue("access-control-allow-origin")).isEmpty();
    }

    @Test
    void nothingOfARequestOrOfAnErrorIsShown() {
        app = new WebApp(
                LeakyApp.class,
                WebApp.NO_SECURITY,
                EXPOSED,
                "patient-http.callback.max-attempts=1",
                "patient-http.secrets.canary=" + CANARY);
        var id = app.client()
                .post(api.now() + "/" + CANARY + "?q=" + CANARY)
                .header("authorization", Secret.named("canary"))
                .header("x-other", CANARY)
                .body(CANARY)
                .callbackArgs(Map.of("a", CANARY))
                .callback(LeakyCallback.class)
                .enqueue();
        atMostTenSeconds().until(() -> isDead(id));
        assertThat(app.client().find(id).orElseThrow().lastError().orElseThrow())
                .contains(CANARY);

        var shown =
                app.get("/patienthttp/" + id).body() + app.get("/patienthttp").body();

        assertThat(shown)
                .contains("\"error\":\"java.lang.IllegalStateException\"", "LeakyCallback")
                .doesNotContain(CANARY);
    }

    private static void assertAnswer(HttpResponse<String> response, int status, String error) {
        assertThat(response.body()).isEqualTo("{\"error\":\"" + error + "\"}");
        assertThat(response.statusCode()).isEqualTo(status);
    }

    private void start(String... properties) {
        var all = Stream.concat(Stream.of(WebApp.NO_SECURITY, EXPOSED), Arrays.stream(properties));
        app = new WebApp(App.class, all.toArray(String[]::new));
    }

    private String enqueue() {
        return app.client().get(api.now()).callback(App.NoteCallback.class).enqueue();
    }

    private boolean isDead(String id) {
        return app.client().find(id).orElseThrow().state() == RequestState.DEAD;
    }

    private static ConditionFactory atMostTenSeconds() {
        return await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(20));
    }

    @Configuration(proxyBeanMethods = false)
    static class LeakyApp extends App {

        @Bean
        LeakyCallback leakyCallback() {
            return new LeakyCallback();
        }
    }

    /** Says what it was given. */
    static class LeakyCallback implements Callback {

        @Override
        public void onComplete(Response response) {
            throw new IllegalStateException(
                    "cannot take " + response.callbackArgs().get("a"));
        }

        @Override
        public void onError(Failure failure) {}
    }
}
