package io.patienthttp.demo.page;

import io.patienthttp.demo.deliveries.Deliveries;
import io.patienthttp.demo.deliveries.Deliveries.Delivery;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** One line for each of the last deliveries. An outcome may be large: each is read and parsed once. */
@Component
class LastOutcomes {

    private static final int LINES = 8;

    private final Deliveries deliveries;
    private final JsonMapper mapper;

    private Map<Long, Line> known = Map.of(); // guarded by this

    LastOutcomes(Deliveries deliveries, JsonMapper mapper) {
        this.deliveries = deliveries;
        this.mapper = mapper;
    }

    /** The last deliveries, latest first. */
    synchronized List<Line> lines() {
        var lines = new LinkedHashMap<Long, Line>();
        for (var delivery : deliveries.latest(LINES)) {
            var line = known.get(delivery.id());
            lines.put(delivery.id(), line == null ? read(delivery) : line);
        }
        known = lines;
        return List.copyOf(lines.values());
    }

    private Line read(Delivery delivery) {
        var outcome = mapper.readTree(deliveries.outcome(delivery.id()).orElse("{}"));
        var isResponse = outcome.path("type").asString("").equals("response");
        return new Line(
                delivery.id(),
                delivery.requestId(),
                isResponse
                        ? String.valueOf(outcome.path("status").asInt())
                        : outcome.path("kind").asString(""),
                isResponse && outcome.path("status").asInt() < 400,
                outcome.path("method").asString(""),
                outcome.path("url").asString(""),
                outcome.path("duration").asDouble());
    }

    /** One delivery; result is the status of the response or the kind of the failure. */
    record Line(
            long number, String requestId, String result, boolean good, String method, String url, double duration) {}
}
