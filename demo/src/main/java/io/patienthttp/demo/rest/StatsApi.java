package io.patienthttp.demo.rest;

import io.patienthttp.RequestState;
import io.patienthttp.demo.deliveries.Deliveries;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Counts, at most a moment old, so that many pages cost the database no more than one. */
@RestController
public class StatsApi {

    private static final Duration LEAST_AGE = Duration.ofMillis(100);

    /** Counting may take a tenth of the database's time. */
    private static final int AGE_PER_QUERY = 10;

    private final ProcessorView processor;
    private final Deliveries deliveries;

    private @Nullable Stats cached; // guarded by this
    private long validUntil; // guarded by this

    StatsApi(ProcessorView processor, Deliveries deliveries) {
        this.processor = processor;
        this.deliveries = deliveries;
    }

    /** The counts now. */
    @GetMapping("/api/stats")
    public synchronized Stats stats() {
        var now = System.nanoTime();
        var stats = cached;
        if (stats == null || now - validUntil >= 0) {
            stats = read();
            cached = stats;
            var took = System.nanoTime() - now;
            validUntil = now + Math.max(LEAST_AGE.toNanos(), took * AGE_PER_QUERY);
        }
        return stats;
    }

    private Stats read() {
        var totals = deliveries.totals();
        return new Stats(processor.counts(), processor.inFlight(), totals.delivered(), totals.duplicates());
    }

    /**
     * The answer.
     *
     * @param states how many requests of all processes are in each state
     * @param inFlight how many requests this process has in flight
     * @param delivered how many requests were delivered, ever
     * @param duplicates how many deliveries were one too many
     */
    public record Stats(Map<RequestState, Long> states, long inFlight, long delivered, long duplicates) {}
}
