package io.patienthttp.demo.slow;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What the slow API saw since it started. Safe for all threads. */
final class SlowCounts {

    /** Ids beyond that many are served but not counted, so that a long run does not fill the heap. */
    private static final int MOST_IDS = 200_000;

    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong highest = new AtomicLong();
    private final AtomicLong served = new AtomicLong();
    private final AtomicLong repeats = new AtomicLong();
    private final ConcurrentMap<String, Long> hits = new ConcurrentHashMap<>();

    void arrived(@Nullable String id) {
        highest.accumulateAndGet(waiting.incrementAndGet(), Math::max);
        if (id == null || (hits.size() >= MOST_IDS && !hits.containsKey(id))) {
            return;
        }
        if (hits.merge(id, 1L, Long::sum) > 1) {
            repeats.incrementAndGet();
        }
    }

    void left(boolean answered) {
        waiting.decrementAndGet();
        if (answered) {
            served.incrementAndGet();
        }
    }

    long waiting() {
        return waiting.get();
    }

    long highest() {
        return highest.get();
    }

    long served() {
        return served.get();
    }

    /** How many different ids came. */
    long ids() {
        return hits.size();
    }

    /** How many requests had an id that had come before. */
    long repeats() {
        return repeats.get();
    }

    long hits(String id) {
        return hits.getOrDefault(id, 0L);
    }
}
