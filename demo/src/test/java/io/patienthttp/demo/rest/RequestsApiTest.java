package io.patienthttp.demo.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patienthttp.demo.DemoTest;
import io.patienthttp.demo.Http;
import io.patienthttp.demo.slow.SlowApiAddress;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

@DemoTest
class RequestsApiTest {

    @Autowired
    private SlowApiAddress slowApi;

    private Http http;

    @BeforeEach
    void connect() {
        http = new Http(slowApi.root());
    }

    private String request(String more) {
        return "{\"url\": \"" + slowApi.slow(Duration.ofMillis(50)) + "\"" + more + "}";
    }

    private JsonNode delivered(String id) {
        return await().until(
                        () -> Http.json(http.get("/api/requests/" + id)),
                        status -> status.path("state").asString().equals("DELIVERED"));
    }

    @Test
    void requestIsAcceptedAndDeliveredOnce() throws Exception {
        var response = http.post("/api/requests", request(", \"callbackArgs\": {\"n\": 7}"));

        assertThat(response.statusCode()).isEqualTo(202);
        var status = delivered(Http.json(response).path("id").asString());
        assertThat(status.path("deliveries").asInt()).isEqualTo(1);
        var outcome = status.path("outcome");
        assertThat(outcome.path("status").asInt()).isEqualTo(200);
        assertThat(outcome.path("body").asString()).startsWith("{\"filler\"");
        assertThat(outcome.path("headers").path("content-type").path(0).asString())
                .isEqualTo("application/json");
        assertThat(outcome.path("duration").asDouble()).isGreaterThanOrEqualTo(0.05);
        assertThat(outcome.path("redirects").isArray()).isTrue();
        assertThat(outcome.path("callbackArgs").path("n").asInt()).isEqualTo(7);
    }

    @Test
    void outcomeOfAFailureHasItsKind() throws Exception {
        var response = http.post("/api/requests", "{\"url\": \"http://127.0.0.1:1/\"}");

        var outcome = delivered(Http.json(response).path("id").asString()).path("outcome");
        assertThat(outcome.path("kind").asString()).isEqualTo("CONNECTION");
        assertThat(outcome.path("message").asString()).isNotEmpty();
        assertThat(outcome.path("url").asString()).isEqualTo("http://127.0.0.1:1/");
    }

    @Test
    void arrayIsAcceptedAsABatch() throws Exception {
        var response = http.post("/api/requests", "[" + request("") + "," + request("") + "]");

        assertThat(response.statusCode()).isEqualTo(202);
        var ids = Http.json(response).path("ids");
        assertThat(ids.size()).isEqualTo(2);
        delivered(ids.path(0).asString());
        delivered(ids.path(1).asString());
    }

    @Test
    void oneBadRequestOfABatchRefusesAll() throws Exception {
        var response = http.post("/api/requests", "[" + request("") + ", {\"url\": 1}]");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Http.json(response).path("field").asString()).isEqualTo("url");
        assertThat(Http.json(response).path("error").asString()).startsWith("request 1: url ");
    }

    @Test
    void batchIsBounded() throws Exception {
        var batch = IntStream.range(0, 10_001).mapToObj(i -> "{}").collect(Collectors.joining(",", "[", "]"));

        assertThat(http.post("/api/requests", batch).statusCode()).isEqualTo(400);
    }

    @Test
    void whatIsNoJsonIsRefused() throws Exception {
        for (var body : new String[] {"", "{", "{\"url\": \"http://a/\", \"url\": \"http://b/\"}", "{} {}"}) {
            assertThat(http.post("/api/requests", body).statusCode()).isEqualTo(400);
        }
    }

    @Test
    void malformedIdIsRefusedAndUnknownIdIsNotFound() throws Exception {
        assertThat(http.get("/api/requests/1-1-1-1-1").statusCode()).isEqualTo(400);
        assertThat(http.get("/api/requests/00000000-0000-0000-0000-000000000000")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void pageLoadsNothingFromElsewhere() throws Exception {
        var page = http.get("/");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("Patient HTTP").doesNotContain("https://");
        assertThat(page.headers().firstValue("content-security-policy"))
                .hasValueSatisfying(policy -> assertThat(policy).startsWith("default-src 'self';"));
    }

    @Test
    void statsHaveEveryCount() throws Exception {
        var stats = Http.json(http.get("/api/stats"));

        assertThat(stats.path("states").propertyNames())
                .containsExactlyInAnyOrder("PENDING", "IN_FLIGHT", "COMPLETED", "DEAD");
        assertThat(stats.path("inFlight").isNumber()).isTrue();
        assertThat(stats.path("delivered").isNumber()).isTrue();
        assertThat(stats.path("duplicates").asInt()).isZero();
    }
}
