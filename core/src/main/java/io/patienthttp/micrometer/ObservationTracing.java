package io.patienthttp.micrometer;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.observation.transport.SenderContext;
import io.patienthttp.Failure;
import io.patienthttp.Outcome;
import io.patienthttp.Request;
import io.patienthttp.Response;
import io.patienthttp.spi.Tracing;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Traces through Micrometer's observations: with micrometer-tracing and a bridge in the application, one trace from
 * enqueue to callback, across processes and databases.
 *
 * <pre>{@code
 * PatientHttp.builder(dataSource).tracing(ObservationTracing.of(observationRegistry))
 * }</pre>
 *
 * <table>
 * <caption>The observations</caption>
 * <tr><td>{@value #ENQUEUE}</td><td>a producer span, child of the caller's; ends at once</td></tr>
 * <tr><td>{@value #ATTEMPT}</td><td>a consumer span, child of the enqueue: one attempt, as long as it takes</td></tr>
 * <tr><td>{@value #SEND}</td><td>a client span, child of the attempt; what {@code propagateTrace()} tells the server</td></tr>
 * <tr><td>{@value #CALLBACK}</td><td>a consumer span, child of the enqueue, current while the callback runs</td></tr>
 * </table>
 *
 * <p>Their names follow OpenTelemetry's conventions for HTTP clients where these have one: low-cardinality {@code
 * http.request.method}, {@code http.response.status_code} and {@code error.type} ("none" where there is none);
 * high-cardinality {@code server.address} and {@code patienthttp.request.id}. Never a URL, a header or a body. Of the context
 * of the trace only fields of W3C Trace Context and B3 are stored, no baggage: that may hold anything. Safe for all threads.
 *
 * <p>A registry that also makes meters of observations, as Spring Boot's does, gets timers of these names, whose tags are the
 * low-cardinality values alone (docs/metrics.md).
 */
public final class ObservationTracing implements Tracing {

    /** A request is stored. */
    public static final String ENQUEUE = "patient.http.enqueue";

    /** An attempt: secrets, preprocessors, the exchange with its redirects. */
    public static final String ATTEMPT = "patient.http.attempt";

    /** The part of an attempt that the server sees. */
    public static final String SEND = "patient.http.send";

    /** A callback runs. */
    public static final String CALLBACK = "patient.http.callback";

    private static final String NONE = "none";

    private static final Set<String> STORED =
            Set.of("traceparent", "tracestate", "b3", "x-b3-traceid", "x-b3-spanid", "x-b3-sampled", "x-b3-flags");

    private final ObservationRegistry registry;

    private ObservationTracing(ObservationRegistry registry) {
        this.registry = registry;
    }

    /** Traces that the handlers of the registry make of it. */
    public static ObservationTracing of(ObservationRegistry registry) {
        return new ObservationTracing(registry);
    }

    @Override
    public Map<String, String> enqueued(Request request) {
        var observation = sender(ENQUEUE, Kind.PRODUCER)
                .contextualName("enqueue " + request.method())
                .lowCardinalityKeyValue(method(request))
                .highCardinalityKeyValue(server(request))
                .start();
        observation.stop();
        var context = carrier(observation);
        context.keySet().removeIf(name -> !STORED.contains(name.toLowerCase(Locale.ROOT)));
        return context;
    }

    @Override
    public Attempt startAttempt(String requestId, Request request, Map<String, String> context) {
        var attempt = receiver(ATTEMPT, context)
                .contextualName("attempt " + request.method())
                .lowCardinalityKeyValue(method(request))
                .highCardinalityKeyValue(server(request))
                .highCardinalityKeyValue(id(requestId))
                .start();
        var send = sender(SEND, Kind.CLIENT)
                .contextualName(request.method().name())
                .parentObservation(attempt)
                .lowCardinalityKeyValues(KeyValues.of(method(request)).and(result(Optional.empty())))
                .highCardinalityKeyValue(server(request))
                .highCardinalityKeyValue(id(requestId))
                .start();
        return new Observed(attempt, send);
    }

    @Override
    public CallbackSpan startCallback(Outcome outcome, Map<String, String> context) {
        var observation = receiver(CALLBACK, context)
                .contextualName("callback")
                .lowCardinalityKeyValues(result(Optional.of(outcome)))
                .highCardinalityKeyValue(id(outcome.requestId()))
                .start();
        var scope = observation.openScope();
        return failure -> {
            scope.close();
            if (failure != null) {
                observation.error(failure);
            }
            observation.stop();
        };
    }

    private Observation sender(String name, Kind kind) {
        return Observation.createNotStarted(
                name,
                () -> {
                    var context = new SenderContext<Map<String, String>>(ObservationTracing::set, kind);
                    context.setCarrier(new TreeMap<>(String.CASE_INSENSITIVE_ORDER));
                    return context;
                },
                registry);
    }

    private static void set(@Nullable Map<String, String> carrier, String name, String value) {
        if (carrier != null) {
            carrier.put(name, value);
        }
    }

    private Observation receiver(String name, Map<String, String> stored) {
        return Observation.createNotStarted(
                name,
                () -> {
                    var context = new ReceiverContext<Map<String, String>>(
                            (carrier, field) -> carrier.get(field), Kind.CONSUMER);
                    context.setCarrier(stored);
                    return context;
                },
                registry);
    }

    /** What the handlers wrote when it started; nothing, if it is one that nobody handles. */
    private static Map<String, String> carrier(Observation observation) {
        return observation.getContext() instanceof SenderContext<?> context
                        && context.getCarrier() instanceof Map<?, ?> carrier
                ? copy(carrier)
                : new HashMap<>();
    }

    private static Map<String, String> copy(Map<?, ?> carrier) {
        var copy = new HashMap<String, String>();
        carrier.forEach((name, value) -> copy.put(String.valueOf(name), String.valueOf(value)));
        return copy;
    }

    private static KeyValue method(Request request) {
        return KeyValue.of("http.request.method", request.method().name());
    }

    private static KeyValue server(Request request) {
        return KeyValue.of("server.address", String.valueOf(request.url().getHost()));
    }

    private static KeyValues result(Optional<Outcome> outcome) {
        var status = outcome.filter(Response.class::isInstance)
                .map(response -> Integer.toString(((Response) response).status()));
        var error = outcome.filter(Failure.class::isInstance)
                .map(failure -> ((Failure) failure).kind().name().toLowerCase(Locale.ROOT));
        return KeyValues.of(
                KeyValue.of("http.response.status_code", status.orElse(NONE)),
                KeyValue.of("error.type", error.orElse(NONE)));
    }

    private static KeyValue id(String requestId) {
        return KeyValue.of("patienthttp.request.id", requestId);
    }

    /** An attempt, and the part of it that the server sees. */
    private record Observed(Observation attempt, Observation send) implements Attempt {

        @Override
        public Map<String, String> headers() {
            return carrier(send);
        }

        @Override
        public void end(Optional<Outcome> outcome) {
            send.lowCardinalityKeyValues(result(outcome));
            outcome.filter(Failure.class::isInstance).ifPresent(failure -> {
                var error = new FailedAttempt((Failure) failure);
                send.error(error);
                attempt.error(error);
            });
            send.stop();
            attempt.stop();
        }
    }

    /** Marks a span as failed. Says what kind of failure it was: a message may name a host, or more. */
    private static final class FailedAttempt extends RuntimeException {

        private static final long serialVersionUID = 1L;

        FailedAttempt(Failure failure) {
            super(failure.kind().name(), null, false, false);
        }
    }
}
