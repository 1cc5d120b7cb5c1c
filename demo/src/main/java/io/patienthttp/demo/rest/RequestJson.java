package io.patienthttp.demo.rest;

import io.patienthttp.Method;
import io.patienthttp.Request;
import io.patienthttp.demo.deliveries.DemoCallback;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import tools.jackson.databind.JsonNode;

/** Turns the JSON of {@code POST /api/requests} into a request; whatever is wrong is reported with its field. */
final class RequestJson {

    private static final Set<String> FIELDS = Set.of(
            "method",
            "url",
            "headers",
            "params",
            "body",
            "json",
            "timeout",
            "maxRedirects",
            "raiseErrorResponses",
            "callbackArgs");

    private final JsonNode node;

    private RequestJson(JsonNode node) {
        this.node = node;
    }

    /**
     * Reads one request.
     *
     * @throws BadFieldException if it is not valid
     */
    static Request parse(JsonNode node) {
        if (!node.isObject()) {
            throw new BadFieldException(null, "a request must be a JSON object, was " + typeOf(node));
        }
        return new RequestJson(node).request();
    }

    private Request request() {
        for (var name : node.propertyNames()) {
            if (!FIELDS.contains(name)) {
                throw new BadFieldException(name, "unknown field \"" + name + "\"");
            }
        }
        var methodName = text("method");
        var method = methodName == null ? Method.GET : checked("method", () -> Method.parse(methodName));
        var url = text("url");
        if (url == null) {
            throw new BadFieldException("url", "url is missing");
        }
        var request = checked("url", () -> Request.builder(method, url));
        checked("headers", () -> request.headers(texts("headers")));
        checked("params", () -> request.params(texts("params")));
        content(request);
        options(request);
        return request.callback(DemoCallback.class).build();
    }

    private void content(Request.Builder request) {
        var body = text("body");
        var json = value("json");
        if (body != null && json != null) {
            throw new BadFieldException("json", "json is not allowed together with body");
        }
        if (body != null) {
            checked("body", () -> request.body(body));
        }
        if (json != null) {
            checked("json", () -> request.json(json));
        }
    }

    private void options(Request.Builder request) {
        var timeout = text("timeout");
        if (timeout != null) {
            checked("timeout", () -> request.timeout(duration(timeout)));
        }
        var maxRedirects = value("maxRedirects");
        if (maxRedirects != null) {
            require(
                    "maxRedirects",
                    maxRedirects.canConvertToInt() && maxRedirects.isIntegralNumber(),
                    "a whole number");
            checked("maxRedirects", () -> request.maxRedirects(maxRedirects.intValue()));
        }
        var raise = value("raiseErrorResponses");
        if (raise != null) {
            require("raiseErrorResponses", raise.isBoolean(), "true or false");
            request.failOnErrorStatus(raise.booleanValue());
        }
        var callbackArgs = value("callbackArgs");
        if (callbackArgs != null) {
            require("callbackArgs", callbackArgs.isObject(), "an object");
            checked("callbackArgs", () -> request.callbackArgs(JsonBody.MAPPER.convertValue(callbackArgs, Map.class)));
        }
    }

    private static Duration duration(String value) {
        try {
            return DurationStyle.detectAndParse(value);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IllegalArgumentException("timeout must be a duration such as 30s, was \"" + value + "\"", e);
        }
    }

    /** The value of the field; null if it is absent or null. */
    private @Nullable JsonNode value(String field) {
        var value = node.get(field);
        return value == null || value.isNull() ? null : value;
    }

    private @Nullable String text(String field) {
        var value = value(field);
        if (value == null) {
            return null;
        }
        require(field, value.isString(), "a string");
        return value.stringValue();
    }

    private Map<String, String> texts(String field) {
        var texts = new LinkedHashMap<String, String>();
        var object = value(field);
        if (object == null) {
            return texts;
        }
        require(field, object.isObject(), "an object whose values are strings");
        for (var entry : object.properties()) {
            if (!entry.getValue().isString()) {
                throw new BadFieldException(
                        field,
                        field + "[\"" + entry.getKey() + "\"] must be a string, was " + typeOf(entry.getValue()));
            }
            texts.put(entry.getKey(), entry.getValue().stringValue());
        }
        return texts;
    }

    private void require(String field, boolean condition, String expected) {
        if (!condition) {
            throw new BadFieldException(field, field + " must be " + expected + ", was " + typeOf(node.get(field)));
        }
    }

    private static String typeOf(JsonNode value) {
        return value.isNumber()
                ? "the number " + value
                : value.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    private static <T> T checked(String field, Setter<T> setter) {
        try {
            return setter.set();
        } catch (IllegalArgumentException e) {
            throw new BadFieldException(field, String.valueOf(e.getMessage()));
        }
    }

    /** What may refuse the value of a field. */
    private interface Setter<T> {
        T set();
    }
}
