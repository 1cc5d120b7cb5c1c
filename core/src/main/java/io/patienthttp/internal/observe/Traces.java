package io.patienthttp.internal.observe;

import io.patienthttp.Outcome;
import io.patienthttp.Request;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.Sending;
import io.patienthttp.spi.Sent;
import io.patienthttp.spi.Tracing;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks {@link Tracing} for spans, and goes on without one where that fails. Writes the context of a trace as JSON, and reads
 * it back. Safe for all threads.
 */
public final class Traces {

    private static final Logger log = LoggerFactory.getLogger(Traces.class);

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private static final Tracing.Attempt NO_ATTEMPT = new Tracing.Attempt() {
        @Override
        public Map<String, String> headers() {
            return Map.of();
        }

        @Override
        public void end(Optional<Outcome> outcome) {}
    };

    private static final Tracing.CallbackSpan NO_SPAN = failure -> {};

    private final @Nullable Tracing tracing;

    /** Traces; none, if there is no tracing. */
    public Traces(@Nullable Tracing tracing) {
        this.tracing = tracing;
    }

    /** What is stored of the trace in which the request is enqueued; null if there is nothing. */
    public @Nullable String enqueued(Request request) {
        if (tracing == null) {
            return null;
        }
        return attempt(() -> Optional.ofNullable(write(tracing.enqueued(request))), Optional.<String>empty())
                .orElse(null);
    }

    /** Has it sent in a span, with the header fields that continue the trace, if the request asks for it. */
    public Sending send(
            String id, Request request, @Nullable String context, Function<Map<String, String>, Sending> start) {
        var traced = tracing == null
                ? NO_ATTEMPT
                : attempt(() -> tracing.startAttempt(id, request, read(context)), NO_ATTEMPT);
        if (traced == NO_ATTEMPT) {
            return start.apply(Map.of());
        }
        var headers = request.propagatesTrace()
                ? attempt(traced::headers, Map.<String, String>of())
                : Map.<String, String>of();
        var sending = start.apply(headers);
        sending.result().whenComplete((sent, impossible) -> end(traced, sent));
        return sending;
    }

    private static void end(Tracing.Attempt traced, @Nullable Sent sent) {
        var outcome = sent instanceof Sent.Done done ? Optional.of(done.outcome()) : Optional.<Outcome>empty();
        attempt(
                () -> {
                    traced.end(outcome);
                    return true;
                },
                false);
    }

    /** Starts the span of a callback on this thread. */
    public Tracing.CallbackSpan startCallback(Outcome outcome, @Nullable String context) {
        if (tracing == null) {
            return NO_SPAN;
        }
        var span = attempt(() -> tracing.startCallback(outcome, read(context)), NO_SPAN);
        return failure -> attempt(
                () -> {
                    span.end(failure);
                    return true;
                },
                false);
    }

    private static <T> T attempt(Supplier<T> call, T otherwise) {
        try {
            return Objects.requireNonNull(call.get(), "tracing must not return null");
        } catch (Throwable e) { // a tracing of anybody's
            log.warn("Tracing failed; the request goes on without", e);
            return otherwise;
        }
    }

    private static @Nullable String write(Map<String, String> context) {
        if (context.isEmpty()) {
            return null;
        }
        var json = MAPPER.writeValueAsString(context);
        if (json.length() <= RequestStore.LONGEST_TRACE_CONTEXT) {
            return json;
        }
        var parent = context.get("traceparent");
        return parent == null || context.size() == 1 ? null : write(Map.of("traceparent", parent));
    }

    private static Map<String, String> read(@Nullable String context) {
        if (context == null) {
            return Map.of();
        }
        var fields = new HashMap<String, String>();
        MAPPER.readTree(context)
                .properties()
                .forEach(field -> fields.put(field.getKey(), field.getValue().asString()));
        return fields;
    }
}
