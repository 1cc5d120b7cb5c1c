package io.patienthttp.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.patienthttp.Backlog;
import io.patienthttp.RequestState;
import io.patienthttp.runtime.PatientHttp;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Gauges of one {@link PatientHttp}: what the process holds, from memory, and the backlog of the whole installation,
 * which every process shows. For that the database is asked every 10 seconds at most; while it does not answer, the last
 * values are shown for a minute, and then NaN. No scrape waits for it longer than half a second.
 */
final class Gauges {

    private final PatientHttp http;
    private final MeterRegistry registry;

    private Gauges(PatientHttp http, MeterRegistry registry) {
        this.http = http;
        this.registry = registry;
    }

    static void of(PatientHttp http, MeterRegistry registry) {
        new Gauges(http, registry).register();
    }

    private void register() {
        gauge("in.flight", "Requests that this process holds", h -> h.vitals().inFlight());
        gauge("max.in.flight", "Requests that this process holds at most", h -> h.vitals()
                .maxInFlight());
        gauge("outcomes.buffered", "Outcomes and other changes of rows that wait for the next commit", h -> h.vitals()
                .unwritten());
        Gauge.builder("patient.http.outcomes.buffered.bytes", http, h -> h.vitals()
                        .bufferedBytes())
                .description("Bytes of answers in memory")
                .baseUnit("bytes")
                .register(registry);
        unresolved("request", h -> h.vitals().unresolvedRequests());
        unresolved("callback", h -> h.vitals().unresolvedCallbacks());
        gauge(
                "pending",
                "Requests that wait to be sent, in the whole installation",
                backlog(b -> b.count(RequestState.PENDING)));
        gauge(
                "dead",
                "Requests whose callback gave up, in the whole installation",
                backlog(b -> b.count(RequestState.DEAD)));
        TimeGauge.builder("patient.http.oldest.pending.age", http, TimeUnit.MILLISECONDS, backlog(Gauges::oldest))
                .description("How long the request that waits longest has been due, in the whole installation")
                .register(registry);
    }

    private void gauge(String name, String description, ToDoubleFunction<PatientHttp> value) {
        Gauge.builder("patient.http." + name, http, value)
                .description(description)
                .register(registry);
    }

    private void unresolved(String what, ToDoubleFunction<PatientHttp> count) {
        FunctionCounter.builder("patient.http.unresolved", http, count)
                .description("What was left to another node, because this one lacks what it needs")
                .tag("what", what)
                .register(registry);
    }

    private static ToDoubleFunction<PatientHttp> backlog(Function<Backlog, Number> value) {
        return http -> http.operations()
                .recentBacklog()
                .map(value)
                .map(Number::doubleValue)
                .orElse(Double.NaN);
    }

    private static long oldest(Backlog backlog) {
        return backlog.oldestPendingAge().map(Duration::toMillis).orElse(0L);
    }
}
