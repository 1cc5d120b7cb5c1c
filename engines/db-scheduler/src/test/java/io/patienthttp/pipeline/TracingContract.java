package io.patienthttp.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.patienthttp.Outcome;
import io.patienthttp.Request;
import io.patienthttp.Response;
import io.patienthttp.fixture.RecordingServer;
import io.patienthttp.fixture.RecordingServer.Answer;
import io.patienthttp.micrometer.ObservationTracing;
import io.patienthttp.spi.Tracing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * One trace from enqueue to callback, through the row of the request: with the OpenTelemetry bridge of micrometer-tracing,
 * on every database, over real sockets.
 */
abstract class TracingContract extends PipelineFixture {

    private final RecordingServer api = new RecordingServer();
    private final RecordingServer other = new RecordingServer();
    private final Spans spans = new Spans();
    private final ObservationRegistry registry = spans.registry();

    @AfterEach
    void close() {
        api.close();
        other.close();
    }

    @Test
    void attemptAndCallbackAreInTheTraceOfTheEnqueue() {
        storing = builder -> builder.tracing(ObservationTracing.of(registry));
        var http = build(s -> {});
        var current = new ArrayList<String>();
        callback.failure = () -> current.add(spans.current());
        callback.failFirst = 1;
        var id = inSpan("web", () -> http.post(api.url("/?key=canary"))
                .param("q", "canary")
                .body("canary")
                .callback(RecordingCallback.class)
                .propagateTrace()
                .enqueue());

        http.start();

        awaitDelivered(1);
        var callbackSpan = spans.await("callback");
        var web = spans.only("web");
        var enqueue = spans.only("enqueue POST");
        var attempt = spans.only("attempt POST");
        var send = spans.only("POST");
        assertThat(List.of(enqueue, attempt, send, callbackSpan))
                .extracting(SpanData::getTraceId)
                .containsOnly(web.getTraceId());
        assertThat(enqueue.getParentSpanId()).isEqualTo(web.getSpanId());
        assertThat(attempt.getParentSpanId()).isEqualTo(enqueue.getSpanId());
        assertThat(send.getParentSpanId()).isEqualTo(attempt.getSpanId());
        assertThat(callbackSpan.getParentSpanId()).isEqualTo(enqueue.getSpanId());
        assertThat(List.of(enqueue, attempt, send, callbackSpan))
                .extracting(SpanData::getKind)
                .containsExactly(SpanKind.PRODUCER, SpanKind.CONSUMER, SpanKind.CLIENT, SpanKind.CONSUMER);
        assertThat(current).as("current in the callback").containsExactly(callbackSpan.getSpanId());
        assertThat(api.only().headers().get("traceparent"))
                .contains("00-" + web.getTraceId() + "-" + send.getSpanId() + "-01");
        assertThat(send.getAttributes().asMap().toString())
                .contains("http.response.status_code=200", "server.address=127.0.0.1", id);
        assertThat(spans.all()).extracting(SpanData::toString).noneMatch(span -> span.contains("canary"));
    }

    @Test
    void theServerIsToldOfTheTraceOnlyIfAskedAndNoOtherOriginIs() {
        storing = builder -> builder.tracing(ObservationTracing.of(registry));
        var http = start(s -> {});
        api.answering(request -> request.target().startsWith("/away")
                ? Answer.redirect(307, other.url("/"))
                : request.target().startsWith("/here") ? Answer.redirect(307, api.url("/there")) : Answer.of(200, ""));

        inSpan("web", () -> http.get(api.url("/silent"))
                .callback(RecordingCallback.class)
                .enqueue());
        awaitDelivered(1);
        inSpan("web", () -> traced(http.get(api.url("/away"))));
        inSpan("web", () -> traced(http.get(api.url("/here"))));

        awaitDelivered(3);
        assertThat(api.received())
                .filteredOn(request -> request.target().equals("/silent"))
                .allMatch(request -> request.headers().get("traceparent").isEmpty());
        assertThat(api.received())
                .filteredOn(request -> !request.target().equals("/silent"))
                .hasSize(3)
                .allMatch(request -> request.headers().get("traceparent").isPresent());
        assertThat(other.only().headers().get("traceparent")).isEmpty();
    }

    @Test
    void aFailureShowsInTheSpansOfItsAttempt() {
        storing = builder -> builder.tracing(ObservationTracing.of(registry));
        var http = start(s -> {});

        inSpan("web", () -> traced(http.get("http://127.0.0.1:1/")));

        awaitDelivered(1);
        assertThat(spans.await("callback").getAttributes().asMap().toString()).contains("error.type=connection");
        assertThat(spans.only("GET").getStatus().getStatusCode().name()).isEqualTo("ERROR");
        assertThat(spans.only("GET").getAttributes().asMap().toString()).contains("error.type=connection");
    }

    @Test
    void aTracingThatThrowsHarmsNothing() {
        storing = builder -> builder.tracing(new Throwing());
        var http = start(s -> {});

        http.enqueueAll(gets(3, 0));

        awaitDelivered(3);
        awaitEmpty(http);
    }

    @Test
    void aTracingThatReturnsNothingOfUseHarmsNothing() {
        storing = builder -> builder.tracing(new Throwing() {
            @Override
            @SuppressWarnings("NullAway")
            public Map<String, String> enqueued(Request request) {
                return null;
            }

            @Override
            public Attempt startAttempt(String requestId, Request request, Map<String, String> context) {
                return new Attempt() {
                    @Override
                    public Map<String, String> headers() {
                        return Map.of("traceparent", "00\r\nx-injected: yes");
                    }

                    @Override
                    public void end(Optional<Outcome> outcome) {
                        throw new IllegalStateException("a tracing of the application");
                    }
                };
            }
        });
        var http = start(s -> {});

        traced(http.get(api.url("/")));

        awaitDelivered(1);
        assertThat(callback.outcomes.values()).allMatch(found -> found.get(0) instanceof Response);
        assertThat(api.only().headers().get("traceparent")).isEmpty();
        assertThat(api.only().headers().get("x-injected")).isEmpty();
    }

    @Test
    void aContextThatIsTooLongIsCutDown() {
        storing = builder -> builder.tracing(new Throwing() {
            @Override
            public Map<String, String> enqueued(Request request) {
                return Map.of("traceparent", "00-parent", "tracestate", "x".repeat(2_000));
            }
        });
        var http = build(s -> {});

        get(http, 0).enqueue();

        assertThat(count("patient_http_requests WHERE trace_context = '{\"traceparent\":\"00-parent\"}'"))
                .isEqualTo(1);
    }

    private static String traced(Request.Builder request) {
        return request.callback(RecordingCallback.class).propagateTrace().enqueue();
    }

    private String inSpan(String name, Supplier<String> work) {
        return Observation.createNotStarted(name, registry).observe(work);
    }

    /** Fails at each step. */
    private static class Throwing implements Tracing {

        @Override
        public Map<String, String> enqueued(Request request) {
            throw new IllegalStateException("a tracing of the application");
        }

        @Override
        public Attempt startAttempt(String requestId, Request request, Map<String, String> context) {
            throw new IllegalStateException("a tracing of the application");
        }

        @Override
        public CallbackSpan startCallback(Outcome outcome, Map<String, String> context) {
            return failure -> {
                throw new IllegalStateException("a tracing of the application");
            };
        }
    }
}
