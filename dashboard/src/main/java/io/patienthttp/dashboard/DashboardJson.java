package io.patienthttp.dashboard;

import io.patienthttp.RequestLife;
import io.patienthttp.Traffic;
import io.patienthttp.runtime.ProcessStatus;
import io.patienthttp.runtime.RequestExchange;
import io.patienthttp.runtime.RequestExchange.Body;
import io.patienthttp.runtime.RequestExchange.Header;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the page reads: times in ISO 8601, durations in milliseconds. */
final class DashboardJson {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private DashboardJson() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static void write(ObjectNode json, ProcessStatus process) {
        json.put("id", process.id())
                .put("host", process.host())
                .put("pid", process.pid())
                .put("version", process.version())
                .put("leaseMs", process.lease().toMillis())
                .put("maxInFlight", process.maxInFlight())
                .put("inFlight", process.inFlight())
                .put("startedAt", process.startedAt().toString())
                .put("lastSeenAt", process.lastSeenAt().toString());
    }

    static void write(ObjectNode json, Traffic traffic) {
        json.put("requests", traffic.requests())
                .put("clientErrors", traffic.clientErrors())
                .put("serverErrors", traffic.serverErrors())
                .put("timeouts", traffic.timeouts())
                .put("otherFailures", traffic.otherFailures())
                .put("meanMs", traffic.mean().toMillis())
                .put("p50Ms", traffic.percentile(0.50).toMillis())
                .put("p95Ms", traffic.percentile(0.95).toMillis())
                .put("p99Ms", traffic.percentile(0.99).toMillis());
    }

    static void write(ObjectNode json, RequestLife life) {
        json.put("id", life.id())
                .put("state", life.state().name())
                .put("callback", life.callback())
                .put("method", life.method())
                .put("host", life.host())
                .put("concurrencyKey", life.concurrencyKey())
                .put("priority", life.priority())
                .put("epoch", life.epoch())
                .put("attempt", life.attempts().attempt())
                .put("recoveries", life.attempts().recoveries())
                .put("cancelRequested", life.attempts().cancelRequested())
                .put("owner", life.owner())
                .put("lastError", life.lastError());
        var times = life.times();
        put(json, "createdAt", times.createdAt());
        put(json, "runAt", times.runAt());
        put(json, "deadlineAt", times.deadlineAt());
        put(json, "claimedAt", times.claimedAt());
        put(json, "completedAt", times.completedAt());
        put(json, "deadAt", times.deadAt());
        put(json, "readAt", times.readAt());
    }

    private static void put(ObjectNode json, String name, @Nullable Instant time) {
        json.put(name, time == null ? null : time.toString());
    }

    static void write(ObjectNode json, RequestExchange exchange) {
        var notShown = json.putArray("notShown");
        exchange.notShown().forEach(notShown::add);
        json.put("callbackArgs", exchange.callbackArgs());
        var request = exchange.request();
        if (request != null) {
            var sent = json.putObject("request")
                    .put("method", request.method())
                    .put("url", request.url())
                    .put("bodySize", request.bodySize());
            write(sent.putArray("headers"), request.headers());
            var preprocessors = sent.putArray("preprocessors");
            request.preprocessors().forEach(preprocessors::add);
            write(sent, request.body());
        }
        var outcome = exchange.outcome();
        if (outcome != null) {
            var received = json.putObject("outcome")
                    .put("status", outcome.status())
                    .put("kind", outcome.kind() == null ? null : outcome.kind().name())
                    .put("message", outcome.message())
                    .put("maybeProcessed", outcome.maybeProcessed())
                    .put("durationMs", outcome.duration().toMillis())
                    .put("queueMs", outcome.queueDuration().toMillis())
                    .put("bodySize", outcome.bodySize());
            write(received.putArray("headers"), outcome.headers());
            var redirects = received.putArray("redirects");
            outcome.redirects().forEach(redirects::add);
            write(received, outcome.body());
        }
    }

    private static void write(ArrayNode json, List<Header> headers) {
        headers.forEach(header -> json.addObject().put("name", header.name()).put("value", header.value()));
    }

    private static void write(ObjectNode json, @Nullable Body body) {
        if (body != null) {
            json.putObject("body").put("text", body.text()).put("isCut", body.isCut());
        }
    }
}
