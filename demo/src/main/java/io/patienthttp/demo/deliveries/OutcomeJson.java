package io.patienthttp.demo.deliveries;

import io.patienthttp.Failure;
import io.patienthttp.HttpFailure;
import io.patienthttp.Outcome;
import io.patienthttp.RedirectFailure;
import io.patienthttp.Response;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Writes an outcome as the JSON that the REST API answers. */
final class OutcomeJson {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private OutcomeJson() {}

    static String of(Outcome outcome) {
        return MAPPER.writeValueAsString(outcome instanceof Failure failure ? failure(failure) : response(outcome));
    }

    private static Map<String, @Nullable Object> response(Outcome outcome) {
        return outcome instanceof Response response ? response(response) : Map.of();
    }

    private static Map<String, @Nullable Object> response(Response response) {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        fields.put("type", "response");
        fields.put("status", response.status());
        fields.put("headers", response.headers().toMap());
        fields.putAll(body(response));
        fields.putAll(common(response));
        fields.put("redirects", response.redirects());
        return fields;
    }

    /** The body as text, or, if its bytes are no text, as base64. */
    private static Map<String, @Nullable Object> body(Response response) {
        var bytes = response.bodyAsBytes();
        if (isUtf8(bytes) || response.headers().get("content-type").orElse("").startsWith("text/")) {
            return Map.of("body", response.bodyAsText());
        }
        var fields = new LinkedHashMap<String, @Nullable Object>();
        fields.put("body", null);
        fields.put("bodyBase64", Base64.getEncoder().encodeToString(bytes));
        return fields;
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static Map<String, @Nullable Object> failure(Failure failure) {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        fields.put("type", "failure");
        fields.put("kind", failure.kind());
        fields.put("message", failure.message());
        fields.put("maybeProcessed", failure.maybeProcessed());
        fields.putAll(common(failure));
        if (failure instanceof HttpFailure http) {
            fields.put("response", response(http.response()));
        } else if (failure instanceof RedirectFailure redirect) {
            fields.put("response", response(redirect.response()));
        }
        return fields;
    }

    private static Map<String, @Nullable Object> common(Outcome outcome) {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        fields.put("method", outcome.method());
        fields.put("url", outcome.url());
        fields.put("duration", seconds(outcome.duration()));
        fields.put("attempt", outcome.attempt());
        fields.put("callbackArgs", outcome.callbackArgs().toMap());
        return fields;
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
