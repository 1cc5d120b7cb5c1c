package io.patienthttp.internal.wire;

import io.patienthttp.CallbackArgs;
import io.patienthttp.Failure;
import io.patienthttp.Headers;
import io.patienthttp.HttpFailure;
import io.patienthttp.Method;
import io.patienthttp.Outcome;
import io.patienthttp.OutcomeDetails;
import io.patienthttp.RedirectFailure;
import io.patienthttp.RejectedFailure;
import io.patienthttp.Response;
import io.patienthttp.TransportFailure;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes outcomes as JSON, and reads them back (parity 66). The type decides among the closed set of outcomes; a class is
 * never named. Safe for all threads.
 */
public final class OutcomeCodec {

    /**
     * What belongs to the row and is not repeated in the outcome.
     *
     * @param target where the request goes, for an outcome that does not say it
     */
    public record Row(String requestId, int attempt, CallbackArgs callbackArgs, Supplier<Target> target) {}

    /** Where a request goes. */
    public record Target(Method method, URI url) {}

    /** The outcome, without what the row knows, as JSON in UTF-8. */
    public byte[] write(Outcome outcome) {
        var json = Document.newHead();
        if (outcome instanceof Response response) {
            return writeResponse(json.put("type", "response"), response);
        } else if (outcome instanceof HttpFailure failure) {
            return writeResponse(json.put("type", "http"), failure.response());
        } else if (outcome instanceof RedirectFailure failure) {
            return writeResponse(writeFailure(json, "redirect", failure), failure.response());
        } else if (outcome instanceof TransportFailure failure) {
            writeExchange(writeFailure(json, "transport", failure), failure);
        } else if (outcome instanceof RejectedFailure failure) {
            writeExchange(writeFailure(json, "rejected", failure), failure);
        }
        return new Document(json, null).toBytes();
    }

    /** How many bytes the body of the outcome has. */
    public static int bodySize(Outcome outcome) {
        if (outcome instanceof HttpFailure failure) {
            return failure.response().bodySize();
        }
        if (outcome instanceof RedirectFailure failure) {
            return failure.response().bodySize();
        }
        return outcome instanceof Response response ? response.bodySize() : 0;
    }

    /** The outcome of a request that was given up by the store, which does not know its method and URL. */
    public String writeRejected(Failure.Kind kind, String message, boolean maybeProcessed) {
        return Document.newHead()
                .put("type", "rejected")
                .put("kind", kind.name())
                .put("message", message)
                .put("maybeProcessed", maybeProcessed)
                .toString();
    }

    private static ObjectNode writeFailure(ObjectNode json, String type, Failure failure) {
        return json.put("type", type)
                .put("kind", failure.kind().name())
                .put("message", failure.message())
                .put("maybeProcessed", failure.maybeProcessed());
    }

    private static void writeExchange(ObjectNode json, Outcome outcome) {
        json.put("method", outcome.method().name());
        json.put("url", outcome.url().toString());
        json.put("durationNanos", outcome.duration().toNanos());
        if (!outcome.queueDuration().isZero()) {
            json.put("queueNanos", outcome.queueDuration().toNanos());
        }
    }

    private static byte[] writeResponse(ObjectNode json, Response response) {
        json.put("status", response.status());
        writeExchange(json, response);
        var headers = json.putObject("headers");
        response.headers().toMap().forEach((name, values) -> {
            var array = headers.putArray(name);
            values.forEach(array::add);
        });
        if (!response.redirects().isEmpty()) {
            var redirects = json.putArray("redirects");
            response.redirects().forEach(url -> redirects.add(url.toString()));
        }
        return new Document(json, response.bodySize() > 0 ? response.bodyAsBytes() : null).toBytes();
    }

    /**
     * Reads a stored outcome.
     *
     * @throws RuntimeException if it is not what this class wrote
     */
    public Outcome read(byte[] stored, Row row) {
        var document = Document.read(stored);
        var json = document.head();
        var type = json.required("type").asString();
        return switch (type) {
            case "response" -> readResponse(document, row);
            case "http" -> HttpFailure.of(readResponse(document, row));
            case "redirect" -> RedirectFailure.of(kind(json), message(json), readResponse(document, row));
            case "transport" ->
                TransportFailure.of(details(json, row), kind(json), message(json), maybeProcessed(json));
            case "rejected" -> RejectedFailure.of(details(json, row), kind(json), message(json), maybeProcessed(json));
            default -> throw new IllegalArgumentException("unknown type of outcome \"" + type + "\"");
        };
    }

    private static Failure.Kind kind(JsonNode json) {
        return Failure.Kind.valueOf(json.required("kind").asString());
    }

    private static String message(JsonNode json) {
        return json.required("message").asString();
    }

    private static boolean maybeProcessed(JsonNode json) {
        return json.required("maybeProcessed").asBoolean();
    }

    private static OutcomeDetails details(JsonNode json, Row row) {
        var target = json.has("url")
                ? new Target(
                        Method.parse(json.required("method").asString()),
                        URI.create(json.required("url").asString()))
                : row.target().get();
        return OutcomeDetails.builder(row.requestId(), target.method(), target.url())
                .duration(Duration.ofNanos(json.path("durationNanos").asLong(0)))
                .queueDuration(Duration.ofNanos(json.path("queueNanos").asLong(0)))
                .attempt(row.attempt())
                .callbackArgs(row.callbackArgs())
                .build();
    }

    private static Response readResponse(Document document, Row row) {
        var json = document.head();
        var headers = new LinkedHashMap<String, List<String>>();
        json.required("headers").properties().forEach(header -> headers.put(header.getKey(), texts(header.getValue())));
        var response = Response.builder(
                        details(json, row), json.required("status").asInt())
                .headers(Headers.of(headers))
                .redirects(
                        texts(json.path("redirects")).stream().map(URI::create).toList());
        var body = document.body();
        if (body != null) {
            response.uncopiedBody(body);
        }
        return response.build();
    }

    private static List<String> texts(JsonNode array) {
        var texts = new ArrayList<String>();
        array.forEach(text -> texts.add(text.asString()));
        return texts;
    }
}
