package io.patienthttp.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.patienthttp.Failure.Kind;
import io.patienthttp.HttpFailure;
import io.patienthttp.Method;
import io.patienthttp.Outcome;
import io.patienthttp.OutcomeDetails;
import io.patienthttp.RejectedFailure;
import io.patienthttp.Request;
import io.patienthttp.Response;
import io.patienthttp.TransportFailure;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PatientHttpMetricsTest {

    private static final String REQUESTS = "http.client.request.duration";
    private static final String URL = "https://API.example.com/v1/canary?key=canary";

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final PatientHttpMetrics metrics = new PatientHttpMetrics(registry);

    @Test
    void aResponseIsMeasuredByTheConventions() {
        end(request("https://api.example.com/v1?key=canary"), response(200));

        var timer = registry.get(REQUESTS).timer();
        assertThat(timer.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(1500);
        assertThat(tags(timer))
                .isEqualTo("error.type=none http.request.method=POST http.response.status_code=200"
                        + " server.address=api.example.com server.port=443");
    }

    @Test
    void anErrorStatusIsTheTypeOfTheErrorWhetherItFailsOrNot() {
        end(request("http://127.0.0.1:8080/"), response(503));
        end(request("http://127.0.0.1:8080/"), HttpFailure.of(response(503)));

        var timer = registry.get(REQUESTS).timer();
        assertThat(timer.count()).isEqualTo(2);
        assertThat(tags(timer))
                .isEqualTo("error.type=503 http.request.method=POST http.response.status_code=503"
                        + " server.address=127.0.0.1 server.port=8080");
    }

    @Test
    void aFailureWithoutAStatusIsNamedByItsKind() {
        end(request("http://127.0.0.1/"), TransportFailure.of(details(), Kind.CONNECT_TIMEOUT, "canary", false));

        assertThat(tags(registry.get(REQUESTS).timer()))
                .isEqualTo("error.type=connect_timeout http.request.method=POST http.response.status_code=none"
                        + " server.address=127.0.0.1 server.port=80");
    }

    @Test
    void whatWasNotSentOrHasNoOutcomeHasNoDuration() {
        end(request("http://127.0.0.1/"), RejectedFailure.of(details(), Kind.PREPARATION, "canary", false));
        metrics.onRequestEnd("id", request("http://127.0.0.1/"), Optional.empty());

        assertThat(registry.find(REQUESTS).timers()).isEmpty();
    }

    @Test
    void nothingOfAUrlButItsServerIsInATag() {
        end(Request.builder(Method.GET, URL).build(), response(200));
        metrics.onFailed("canary", RejectedFailure.of(details(), Kind.UNKNOWN, "canary", false));

        assertThat(registry.getMeters())
                .allSatisfy(meter -> assertThat(meter.getId().toString()).doesNotContainIgnoringCase("canary"));
    }

    @Test
    void serversBeyondTheFirstHundredAreOne() {
        for (int i = 0; i < 150; i++) {
            end(request("http://user-" + i + ".example.com/"), response(200));
            end(request("http://user-0.example.com/"), response(200));
        }

        assertThat(registry.find(REQUESTS).timers()).hasSize(101);
        assertThat(registry.get(REQUESTS)
                        .tags("server.address", "other", "server.port", "other")
                        .timer()
                        .count())
                .isEqualTo(50);
        assertThat(registry.get(REQUESTS)
                        .tag("server.address", "user-0.example.com")
                        .timer()
                        .count())
                .isEqualTo(151);
    }

    @Test
    void eachEventHasItsMeter() {
        metrics.onClaim(0);
        metrics.onClaim(3);
        metrics.onClaimed("id", 1, Duration.ofMillis(20));
        metrics.onReclaimed("process", 4);
        metrics.onLeaseLost("process");
        metrics.onCapacityExceeded("id");
        metrics.onCompleted("id", response(404));
        metrics.onFailed("id", TransportFailure.of(details(), Kind.TIMEOUT, "no answer", true));
        metrics.onRetried("id", 1, Duration.ofMillis(30), Duration.ofSeconds(5));
        metrics.onDelivered("id", Duration.ofMillis(40));

        var values = new TreeMap<String, Double>();
        registry.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith("patient.http"))
                .forEach(meter -> values.put(key(meter), value(meter)));
        assertThat(values)
                .containsExactly(
                        entry("callback.duration result=failure", 30),
                        entry("callback.duration result=success", 40),
                        entry("callback.retries", 1),
                        entry("capacity.exceeded", 1),
                        entry("claim.batch", 3),
                        entry("claim.delay", 20),
                        entry("claim.empty", 1),
                        entry("lease.lost", 1),
                        entry("outcomes outcome=response", 1),
                        entry("outcomes outcome=timeout", 1),
                        entry("reclaimed", 4));
    }

    private static Entry<String, Double> entry(String key, double value) {
        return Map.entry(key, value);
    }

    private static String key(Meter meter) {
        return (meter.getId().getName().substring("patient.http.".length()) + " " + tags(meter)).strip();
    }

    private static double value(Meter meter) {
        return meter.match(
                gauge -> 0.0,
                counter -> counter.count(),
                timer -> timer.totalTime(TimeUnit.MILLISECONDS),
                summary -> summary.totalAmount(),
                task -> 0.0,
                gauge -> 0.0,
                counter -> 0.0,
                timer -> 0.0,
                other -> 0.0);
    }

    private static String tags(Meter meter) {
        return meter.getId().getTags().stream()
                .map((Tag tag) -> tag.getKey() + "=" + tag.getValue())
                .sorted()
                .collect(Collectors.joining(" "));
    }

    private void end(Request request, Outcome outcome) {
        metrics.onRequestEnd("id", request, Optional.of(outcome));
    }

    private static Request request(String url) {
        return Request.builder(Method.POST, url).build();
    }

    private static Response response(int status) {
        return Response.builder(details(), status).build();
    }

    private static OutcomeDetails details() {
        return OutcomeDetails.builder("id", Method.GET, URI.create("https://elsewhere.example.org/canary?canary"))
                .duration(Duration.ofMillis(1500))
                .build();
    }
}
