package io.patienthttp.processor;

import io.patienthttp.Outcome;
import io.patienthttp.internal.wire.OutcomeCodec;
import io.patienthttp.internal.wire.RequestCodec;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.json.JsonMapper;

/**
 * Outcomes as JSON, for a {@link TaskHandler} that hands them to a queue of its own (parity 63 to 66). What is read
 * equals what was written, in every value. The types form a closed set; a class is never named. Safe for all threads.
 */
public final class OutcomeJson {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final OutcomeCodec OUTCOMES = new OutcomeCodec();
    private static final RequestCodec REQUESTS = new RequestCodec();

    private OutcomeJson() {}

    /** The outcome as a JSON object. Its URL, headers, body and callback arguments are in it: it may be confidential. */
    public static String write(Outcome outcome) {
        var json =
                MAPPER.createObjectNode().put("requestId", outcome.requestId()).put("attempt", outcome.attempt());
        json.set("callbackArgs", MAPPER.valueToTree(outcome.callbackArgs().toMap()));
        json.set("outcome", MAPPER.readTree(OUTCOMES.write(outcome)));
        return json.toString();
    }

    /**
     * Reads an outcome.
     *
     * @throws RuntimeException if it is not what {@link #write} wrote
     */
    public static Outcome read(String written) {
        var json = MAPPER.readTree(written);
        var row = new OutcomeCodec.Row(
                json.required("requestId").asString(),
                json.required("attempt").asInt(),
                REQUESTS.readArgs(json.required("callbackArgs").toString()),
                () -> {
                    throw new IllegalArgumentException("the outcome names no URL");
                });
        return OUTCOMES.read(json.required("outcome").toString().getBytes(StandardCharsets.UTF_8), row);
    }
}
