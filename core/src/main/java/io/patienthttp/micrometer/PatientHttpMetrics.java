package io.patienthttp.micrometer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.patienthttp.Failure;
import io.patienthttp.HttpFailure;
import io.patienthttp.Listener;
import io.patienthttp.Outcome;
import io.patienthttp.RejectedFailure;
import io.patienthttp.Request;
import io.patienthttp.Response;
import io.patienthttp.runtime.PatientHttp;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Meters of what happens to requests, and gauges of what a process holds; {@code docs/metrics.md} lists them all. The
 * requests themselves are measured by the conventions of OpenTelemetry for HTTP clients, as {@code
 * http.client.request.duration}, and everything else under {@code patient.http}.
 *
 * <pre>{@code
 * var metrics = new PatientHttpMetrics(registry);
 * var http = PatientHttp.builder(dataSource).listener(metrics)...build();
 * metrics.bind(http);
 * }</pre>
 *
 * <p>Also for a {@link io.patienthttp.processor.Processor} without a database: {@code addListener}, and nothing to bind.
 * In Spring Boot it is there where there is a MeterRegistry. The values of tags are few, whatever requests are made of: a
 * server beyond the first 100 is "other", and no URL, header or body is in them. Meters count what this process did, but
 * for those of the whole installation that {@link Gauges} names. Safe for all threads; throws nothing.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpclientrequestduration">the
 *     conventions</a>
 */
public final class PatientHttpMetrics implements Listener {

    private static final String NONE = "none";

    private final MeterRegistry registry;
    private final Servers servers = new Servers();
    private final MeterProvider<Timer> requests;
    private final MeterProvider<Counter> outcomes;
    private final Timer claimDelay;
    private final DistributionSummary claimBatch;
    private final Counter claimEmpty;
    private final Timer callbackSucceeded;
    private final Timer callbackFailed;
    private final Counter callbackRetries;
    private final Counter reclaimed;
    private final Counter leaseLost;
    private final Counter capacityExceeded;

    /** Meters in the registry; those whose tags are known are there at once, at zero. */
    public PatientHttpMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.requests = Timer.builder("http.client.request.duration")
                .description("Duration of HTTP client requests, redirects included")
                .withRegistry(registry);
        this.outcomes = Counter.builder("patient.http.outcomes")
                .description("Outcomes that were recorded")
                .withRegistry(registry);
        this.claimDelay = Timer.builder("patient.http.claim.delay")
                .description("How long requests were due when they were claimed")
                .register(registry);
        this.claimBatch = DistributionSummary.builder("patient.http.claim.batch")
                .description("Requests of one claim that found some")
                .register(registry);
        this.claimEmpty = counter("patient.http.claim.empty", "Claims that found no due request");
        var callbacks = Timer.builder("patient.http.callback.duration")
                .description("Duration of callbacks")
                .withRegistry(registry);
        this.callbackSucceeded = callbacks.withTag("result", "success");
        this.callbackFailed = callbacks.withTag("result", "failure");
        this.callbackRetries = counter("patient.http.callback.retries", "Callbacks that failed and run again");
        this.reclaimed = counter("patient.http.reclaimed", "Requests taken over from processes that died");
        this.leaseLost = counter("patient.http.lease.lost", "How often this process was taken for dead");
        this.capacityExceeded = counter("patient.http.capacity.exceeded", "Requests refused by a full processor");
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    /** Adds gauges of what this one holds, for as long as it is reachable. To be called once. */
    public void bind(PatientHttp http) {
        Gauges.of(http, registry);
    }

    @Override
    public void onCapacityExceeded(String requestId) {
        capacityExceeded.increment();
    }

    @Override
    public void onClaim(int requests) {
        if (requests == 0) {
            claimEmpty.increment();
        } else {
            claimBatch.record(requests);
        }
    }

    @Override
    public void onReclaimed(String deadProcessId, int requests) {
        reclaimed.increment(requests);
    }

    @Override
    public void onLeaseLost(String processId) {
        leaseLost.increment();
    }

    @Override
    public void onClaimed(String requestId, int attempt, Duration delay) {
        claimDelay.record(delay);
    }

    /** What was never sent, or ended without an outcome, has no duration. */
    @Override
    public void onRequestEnd(String requestId, Request request, Optional<Outcome> outcome) {
        outcome.filter(known -> !(known instanceof RejectedFailure)).ifPresent(known -> {
            var tags = servers.tags(request.url())
                    .and("http.request.method", request.method().name())
                    .and(result(known));
            requests.withTags(tags).record(known.duration());
        });
    }

    private static Tags result(Outcome outcome) {
        if (outcome instanceof Response response) {
            return result(response.status());
        }
        if (outcome instanceof HttpFailure failure) {
            return result(failure.response().status());
        }
        return Tags.of("http.response.status_code", NONE, "error.type", name((Failure) outcome));
    }

    /** As the conventions say: an error status is the type of the error. */
    private static Tags result(int status) {
        var code = Integer.toString(status);
        return Tags.of("http.response.status_code", code, "error.type", status >= 400 ? code : NONE);
    }

    private static String name(Failure failure) {
        return failure.kind().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void onCompleted(String requestId, Response response) {
        outcomes.withTag("outcome", "response").increment();
    }

    @Override
    public void onFailed(String requestId, Failure failure) {
        outcomes.withTag("outcome", name(failure)).increment();
    }

    @Override
    public void onRetried(String requestId, int run, Duration duration, Duration backoff) {
        callbackRetries.increment();
        callbackFailed.record(duration);
    }

    @Override
    public void onDelivered(String requestId, Duration duration) {
        callbackSucceeded.record(duration);
    }
}
