package io.patienthttp.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.RequestState;
import io.patienthttp.runtime.PatientHttp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who sees what and may do what, in an application with Spring Security. */
class DashboardAccessTest {

    private static Ops ops;

    @BeforeAll
    static void start() {
        ops = Ops.start(Ops.Secured.class, Ops.ROLES, "--patient-http.dashboard.body-role=READER");
    }

    @AfterAll
    static void stop() {
        ops.close();
    }

    @ParameterizedTest
    @CsvSource({
        "'', 401, 401, 401",
        "viewer, 200, 403, 403",
        "reader, 200, 200, 403",
        "operator, 200, 403, 200",
    })
    void eachRoleMayWhatItWasGranted(String user, int view, int bodies, int act) throws Exception {
        var visitor = new Visitor(ops, user);
        var id = ops.enqueueDead();

        assertThat(visitor.get("/patient-http/").statusCode()).isEqualTo(view);
        assertThat(visitor.get("/patient-http/api/live").statusCode()).isEqualTo(view);
        assertThat(visitor.get("/patient-http/api/requests/" + id).statusCode()).isEqualTo(view);
        assertThat(visitor.get("/patient-http/api/requests/" + id + "/bodies").statusCode())
                .isEqualTo(bodies);
        var headers = view == 200 ? visitor.headers() : Map.<String, String>of();
        assertThat(visitor.post("/patient-http/api/requests/" + id + "/delete", headers)
                        .statusCode())
                .isEqualTo(act);
        assertThat(isThere(id)).isEqualTo(act != 200);
    }

    @Test
    void anActionWithoutTheTokenOrFromElsewhereIsRefused() throws Exception {
        var operator = new Visitor(ops, "operator");
        var id = ops.enqueueDead();
        var path = "/patient-http/api/requests/" + id + "/delete";
        var good = operator.headers();

        for (var change : List.<Map<String, String>>of(
                Map.of(Forgery.HEADER, ""),
                Map.of(Forgery.HEADER, "A".repeat(43)),
                Map.of("X-CSRF-TOKEN", ""),
                Map.of("Sec-Fetch-Site", "cross-site"),
                Map.of("Sec-Fetch-Site", "same-site"),
                Map.of("Sec-Fetch-Site", "", "Origin", "https://evil.test"),
                Map.of("Sec-Fetch-Site", "", "Origin", "null"),
                Map.of("Sec-Fetch-Site", "", "Origin", ""))) {
            assertThat(operator.post(path, with(good, change)).statusCode())
                    .as("%s", change)
                    .isIn(401, 403); // Spring Security's own refusal ends at a page of errors that needs a user
        }
        assertThat(isThere(id)).isTrue();
        assertThat(operator.post(path, with(good, Map.of("Sec-Fetch-Site", ""))).statusCode())
                .isEqualTo(200);
        assertThat(isThere(id)).isFalse();
    }

    /** An empty value takes the header away. */
    private static Map<String, String> with(Map<String, String> headers, Map<String, String> change) {
        var changed = new LinkedHashMap<>(headers);
        changed.putAll(change);
        changed.values().removeIf(String::isEmpty);
        return changed;
    }

    @Test
    void actionsDoWhatTheySay() throws Exception {
        var operator = new Visitor(ops, "operator");
        var again = ops.enqueueDead();
        var sent = ops.enqueueDead();
        var cancelled = ops.enqueue();

        assertThat(act(operator, again, "deliver-again")).isEqualTo(200);
        assertThat(act(operator, sent, "send-again")).isEqualTo(200);
        assertThat(act(operator, cancelled, "cancel")).isEqualTo(200);

        assertThat(state(again)).isEqualTo(RequestState.COMPLETED);
        assertThat(state(sent)).isEqualTo(RequestState.PENDING);
        assertThat(state(cancelled)).isEqualTo(RequestState.COMPLETED);
        assertThat(act(operator, again, "deliver-again")).isEqualTo(409);
        assertThat(act(operator, again, "cancel")).isEqualTo(409);
        assertThat(act(operator, again, "explode")).isEqualTo(404);
    }

    @Test
    void whatIsSecretIsNeverShown() throws Exception {
        var id = ops.enqueueDead();
        var pending = ops.enqueue();
        var viewer = new Visitor(ops, "viewer");
        var reader = new Visitor(ops, "reader");

        for (var path : List.of(
                "/patient-http/",
                "/patient-http/api/session",
                "/patient-http/api/live",
                "/patient-http/api/requests?state=DEAD",
                "/patient-http/api/requests?state=PENDING",
                "/patient-http/api/requests/" + id,
                "/patient-http/api/requests/" + pending)) {
            assertThat(viewer.get(path).body()).as(path).isNotEmpty().doesNotContain("canary-");
        }
        var bodies = reader.get("/patient-http/api/requests/" + id + "/bodies").body();
        assertThat(bodies).doesNotContain(Ops.SECRET, Ops.QUERY, Ops.HEADER);
        assertThat(bodies.split(Ops.BODY, -1)).as(bodies).hasSize(4);
    }

    @Test
    void whatIsNotSecretIsShown() throws Exception {
        var id = ops.enqueueDead();

        var request = new Visitor(ops, "viewer").json("/patient-http/api/requests/" + id);

        var exchange = request.path("exchange");
        assertThat(request.path("state").asString()).isEqualTo("DEAD");
        assertThat(request.path("lastError").asString()).startsWith("java.lang.IllegalStateException");
        assertThat(exchange.path("request").path("url").asString()).isEqualTo("https://api.test/v1/things?<hidden>");
        assertThat(exchange.path("request").path("headers").toString())
                .contains("{\"name\":\"authorization\",\"value\":\"<secret:canary>\"}")
                .contains("{\"name\":\"x-api-key\",\"value\":\"<hidden>\"}")
                .contains("{\"name\":\"accept\",\"value\":\"application/json\"}");
        assertThat(exchange.path("outcome").path("status").asInt()).isEqualTo(502);
        assertThat(exchange.path("outcome").path("durationMs").asInt()).isEqualTo(1234);
        assertThat(exchange.path("outcome").path("headers").toString())
                .contains("{\"name\":\"location\",\"value\":\"/login?<hidden>\"}")
                .contains("{\"name\":\"server\",\"value\":\"nginx\"}");
        assertThat(exchange.path("outcome").path("redirects").toString())
                .isEqualTo("[\"https://api.test/moved?<hidden>\"]");
        assertThat(exchange.path("outcome").path("bodySize").asInt()).isEqualTo(Ops.BODY.length());
        assertThat(exchange.path("notShown").isEmpty()).isTrue();
    }

    @Test
    void whatIsSealedIsOpenedForBodiesAlone() throws Exception {
        try (var sealed = Ops.start(
                Ops.Secured.class,
                "--patient-http.dashboard.body-role=READER",
                "--patient-http.sealing.keys=k:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")) {
            var id = sealed.enqueue();
            var reader = new Visitor(sealed, "reader");

            var closed = reader.json("/patient-http/api/requests/" + id).path("exchange");
            var opened =
                    reader.json("/patient-http/api/requests/" + id + "/bodies").path("exchange");

            assertThat(closed.has("request")).isFalse();
            assertThat(closed.path("notShown").toString()).contains("The request is sealed");
            assertThat(opened.path("request").path("body").path("text").asString())
                    .contains(Ops.BODY);
            assertThat(opened.toString()).doesNotContain(Ops.SECRET, Ops.HEADER, Ops.QUERY);
        }
    }

    @Test
    void everyAnswerForbidsScriptsAndFramesOfOthers() throws Exception {
        for (var path :
                List.of("/patient-http/", "/patient-http/app.js", "/patient-http/api/live", "/patient-http/x")) {
            var headers = new Visitor(ops, "viewer").get(path).headers();

            assertThat(headers.firstValue("content-security-policy")).hasValueSatisfying(policy -> assertThat(policy)
                    .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe"));
            assertThat(headers.firstValue("x-content-type-options")).hasValue("nosniff");
            assertThat(headers.firstValue("cache-control"))
                    .hasValueSatisfying(cache -> assertThat(cache).contains("no-store"));
        }
    }

    @Test
    void manyWhoLookCostOneReadingASecond() {
        var now = new AtomicReference<>(Instant.parse("2026-01-01T10:00:00Z"));
        var readings = new AtomicInteger();
        var live = new LiveView(
                () -> {
                    readings.incrementAndGet();
                    return ops.bean(PatientHttp.class).operations();
                },
                new Clock() {
                    @Override
                    public Instant instant() {
                        return now.get();
                    }

                    @Override
                    public ZoneId getZone() {
                        return ZoneOffset.UTC;
                    }

                    @Override
                    public Clock withZone(ZoneId zone) {
                        return this;
                    }
                },
                Duration.ofSeconds(3));
        var first = live.json();
        int once = readings.get();

        assertThat(live.json()).isSameAs(first);
        now.set(now.get().plusMillis(999));
        assertThat(live.json()).isSameAs(first);
        assertThat(readings).hasValue(once);
        now.set(now.get().plusMillis(1));
        assertThat(live.json().path("at").asString()).isEqualTo("2026-01-01T10:00:01Z");
    }

    @Test
    void aDatabaseThatFailsIsSaidSoAndNothingElse() throws Exception {
        try (var broken = Ops.start(Ops.Secured.class)) {
            var id = broken.enqueue();
            broken.jdbc().execute("DROP TABLE patient_http_requests");
            var viewer = new Visitor(broken, "viewer");

            for (var path : List.of("live", "requests?state=DEAD", "requests/" + id)) {
                var answer = viewer.get("/patient-http/api/" + path);

                assertThat(answer.statusCode()).as(path).isEqualTo(503);
                assertThat(answer.body()).isEqualTo("{\"message\":\"The database does not answer in time.\"}");
            }
        }
    }

    @Test
    void whatThePageNeverAsksForIsRefused() throws Exception {
        var viewer = new Visitor(ops, "viewer");

        assertThat(viewer.get("/patient-http/api/requests?state=GONE").statusCode())
                .isEqualTo(400);
        assertThat(viewer.get("/patient-http/api/requests?state=DEAD&enqueuedBefore=soon")
                        .statusCode())
                .isEqualTo(400);
        assertThat(viewer.get("/patient-http/api/requests/00000000-0000-0000-0000-000000000000")
                        .statusCode())
                .isEqualTo(404);
        assertThat(viewer.get("/patient-http/../application.properties").statusCode())
                .isGreaterThanOrEqualTo(400);
        assertThat(viewer.get("/patient-http/DashboardServlet.class").statusCode())
                .isEqualTo(404);
    }

    private static int act(Visitor visitor, String id, String action) throws Exception {
        return visitor.post("/patient-http/api/requests/" + id + "/" + action, visitor.headers())
                .statusCode();
    }

    private static boolean isThere(String id) {
        return ops.bean(PatientHttp.class).find(id).isPresent();
    }

    private static RequestState state(String id) {
        return ops.bean(PatientHttp.class).find(id).orElseThrow().state();
    }
}
