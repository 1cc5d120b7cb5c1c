package io.patienthttp.internal.wire;

import io.patienthttp.CallbackArgs;
import io.patienthttp.EgressPolicy;
import io.patienthttp.Method;
import io.patienthttp.Progress;
import io.patienthttp.Request;
import io.patienthttp.Secret;
import io.patienthttp.spi.RequestStore.StoredRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes requests and callback arguments as JSON, and reads them back. A secret is written as {@code {"$secret": name}}
 * (parity 12, 36); a class is never named. Safe for all threads.
 */
public final class RequestCodec {

    /** The format of a row whose values are readable JSON. */
    public static final int FORMAT = 1;

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** The request, without its callback and what else has a column of its own. */
    public String write(Request request) {
        var json = Document.newHead();
        json.put("method", request.method().name());
        json.put("url", request.url().toString());
        var headers = json.putObject("headers");
        request.headers().forEach(headers::put);
        writeSecrets(headers, request.secretHeaders());
        if (!request.secretParams().isEmpty()) {
            writeSecrets(json.putObject("secretParams"), request.secretParams());
        }
        request.timeout().ifPresent(timeout -> json.put("timeoutMs", millis(timeout)));
        request.firstByteTimeout().ifPresent(timeout -> json.put("firstByteTimeoutMs", millis(timeout)));
        request.idleTimeout().ifPresent(timeout -> json.put("idleTimeoutMs", millis(timeout)));
        if (request.progress() != Progress.BYTE) {
            json.put("progress", request.progress().name());
        }
        request.egress().ifPresent(egress -> writeEgress(json.putObject("egress"), egress));
        request.maxRedirects().ifPresent(max -> json.put("maxRedirects", max));
        request.failOnErrorStatus().ifPresent(fail -> json.put("failOnErrorStatus", fail));
        if (request.propagatesTrace()) {
            json.put("propagateTrace", true);
        }
        if (!request.preprocessors().isEmpty()) {
            var names = json.putArray("preprocessors");
            request.preprocessors().forEach(names::add);
        }
        if (!request.delay().isZero()) {
            json.put("delayMs", request.delay().toMillis());
        }
        return new Document(json, request.body().orElse(null)).toText();
    }

    /** Rounded up: zero would be refused when it is read. */
    private static long millis(Duration timeout) {
        return Math.max(1, timeout.toMillis());
    }

    private static void writeEgress(ObjectNode json, EgressPolicy egress) {
        json.put("publicOnly", egress.isPublicOnly());
        if (!egress.allowed().isEmpty()) {
            var allowed = json.putArray("allow");
            egress.allowed().forEach(allowed::add);
        }
    }

    private static void writeSecrets(ObjectNode json, Map<String, Secret> secrets) {
        secrets.forEach((name, secret) -> {
            var reference = json.putObject(name).put("$secret", secret.name());
            if (!secret.prefix().isEmpty()) {
                reference.put("prefix", secret.prefix());
            }
        });
    }

    /** The arguments, or null if there are none. */
    public @Nullable String write(CallbackArgs args) {
        return args.isEmpty() ? null : MAPPER.writeValueAsString(args.toMap());
    }

    /**
     * Reads a stored request.
     *
     * @throws RuntimeException if it is not what {@link #write(Request)} wrote
     */
    public Request read(StoredRequest stored) {
        return read(stored, stored.request().text().getBytes(StandardCharsets.UTF_8), stored.callbackArgs());
    }

    /** Reads a stored request whose values have been opened. */
    Request read(StoredRequest stored, byte[] opened, @Nullable String args) {
        var document = Document.read(opened);
        var json = document.head();
        var request = Request.builder(
                Method.parse(json.required("method").asString()),
                json.required("url").asString());
        json.required("headers").properties().forEach(header -> {
            if (header.getValue().isString()) {
                request.header(header.getKey(), header.getValue().asString());
            } else {
                request.header(header.getKey(), readSecret(header.getValue()));
            }
        });
        json.path("secretParams")
                .properties()
                .forEach(param -> request.param(param.getKey(), readSecret(param.getValue())));
        var body = document.body();
        if (body != null) {
            request.body(body);
        }
        if (json.has("timeoutMs")) {
            request.timeout(Duration.ofMillis(json.get("timeoutMs").asLong()));
        }
        if (json.has("firstByteTimeoutMs")) {
            request.firstByteTimeout(
                    Duration.ofMillis(json.get("firstByteTimeoutMs").asLong()));
        }
        if (json.has("idleTimeoutMs")) {
            request.idleTimeout(Duration.ofMillis(json.get("idleTimeoutMs").asLong()));
        }
        if (json.has("progress")) {
            request.eventStream(Progress.valueOf(json.get("progress").asString()));
        }
        if (json.has("egress")) {
            request.egress(readEgress(json.get("egress")));
        }
        if (json.has("maxRedirects")) {
            request.maxRedirects(json.get("maxRedirects").asInt());
        }
        if (json.has("failOnErrorStatus")) {
            request.failOnErrorStatus(json.get("failOnErrorStatus").asBoolean());
        }
        if (json.path("propagateTrace").asBoolean(false)) {
            request.propagateTrace();
        }
        if (json.has("preprocessors")) {
            request.preprocessors(strings(json.get("preprocessors")));
        }
        if (json.has("delayMs")) {
            request.delay(Duration.ofMillis(json.get("delayMs").asLong()));
        }
        return request.callback(stored.callback()).callbackArgs(readArgs(args)).build();
    }

    private static EgressPolicy readEgress(JsonNode json) {
        return json.required("publicOnly").asBoolean()
                ? EgressPolicy.publicOnly().allow(strings(json.path("allow")))
                : EgressPolicy.unrestricted();
    }

    private static String[] strings(JsonNode json) {
        return json.valueStream().map(JsonNode::asString).toArray(String[]::new);
    }

    private static Secret readSecret(JsonNode json) {
        var secret = Secret.named(json.required("$secret").asString());
        return json.has("prefix") ? secret.prefixed(json.get("prefix").asString()) : secret;
    }

    /** Reads stored arguments; null is none. */
    public CallbackArgs readArgs(@Nullable String args) {
        return args == null ? CallbackArgs.empty() : CallbackArgs.of(MAPPER.readValue(args, Map.class));
    }
}
