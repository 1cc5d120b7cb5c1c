package io.patienthttp.demo.page;

import io.patienthttp.demo.rest.BadFieldException;
import io.patienthttp.demo.rest.JsonBody;
import io.patienthttp.demo.rest.StatsApi;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import tools.jackson.databind.JsonNode;

/** What the page asks for. Not a stable API. */
@RestController
class PageApi {

    private static final int MOST_REQUESTS = 5_000;
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(30);

    private final Comparison comparison;
    private final LastOutcomes outcomes;
    private final StatsApi stats;

    PageApi(Comparison comparison, LastOutcomes outcomes, StatsApi stats) {
        this.comparison = comparison;
        this.outcomes = outcomes;
        this.stats = stats;
    }

    @GetMapping("/api/live")
    Live live() {
        return new Live(comparison.snapshot(), stats.stats(), outcomes.lines());
    }

    @PostMapping("/api/comparison")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Map<String, Object> start(HttpServletRequest httpRequest) throws IOException {
        var json = JsonBody.read(httpRequest);
        if (!comparison.start(requests(json.path("requests")), delay(json.path("delay")))) {
            throw new ResponseStatusException(HttpStatus.CONFLICT, "a comparison is running: stop it first");
        }
        return Map.of();
    }

    @PostMapping("/api/comparison/stop")
    Map<String, Object> stop() {
        comparison.stop();
        return Map.of();
    }

    private static int requests(JsonNode value) {
        if (!value.isInt() || value.intValue() < 1 || value.intValue() > MOST_REQUESTS) {
            throw new BadFieldException("requests", "requests must be a number from 1 to " + MOST_REQUESTS);
        }
        return value.intValue();
    }

    private static Duration delay(JsonNode value) {
        try {
            var delay = DurationStyle.detectAndParse(value.asString(""));
            if (!delay.isNegative() && delay.compareTo(LONGEST_DELAY) <= 0) {
                return delay;
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new BadFieldException("delay", "delay must be a duration such as 2s");
        }
        throw new BadFieldException("delay", "delay must be at most " + LONGEST_DELAY.toSeconds() + "s");
    }

    /** All that the page shows. */
    record Live(Comparison.@Nullable Snapshot comparison, StatsApi.Stats stats, List<LastOutcomes.Line> outcomes) {}
}
