package io.patienthttp.internal.deliver;

import io.patienthttp.internal.wire.MemoryGate;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore.StoredOutcome;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Outcomes that this process recorded and did not deliver yet, so that a callback that runs here right after need not
 * read its outcome back. An epoch has one outcome, so what is here is what is stored. Each is taken once, by its first
 * run. When it is full it takes no more, because callbacks run in the order of their jobs; only what has lain here for
 * long gives way, because that was delivered by another process. Safe for all threads.
 */
final class FreshOutcomes {

    private static final long LONG_NANOS = Duration.ofSeconds(30).toNanos();

    private final long maxChars;
    private final LongSupplier nanoTime;
    final Map<RequestRef, Kept> outcomes = new LinkedHashMap<>(); // guarded by this
    long chars; // guarded by this

    FreshOutcomes(long maxChars, LongSupplier nanoTime) {
        this.maxChars = maxChars;
        this.nanoTime = nanoTime;
    }

    /** An outcome and since when it is kept. */
    record Kept(StoredOutcome outcome, long since) {}

    /** Keeps the outcome, unless it is in a payload store, or large: then it must be read anyway. */
    synchronized void add(StoredOutcome outcome) {
        var value = outcome.outcome();
        if (value != null && (value.reference() != null || MemoryGate.isLarge(value.size()))) {
            return;
        }
        long now = nanoTime.getAsLong();
        long size = size(outcome);
        var oldest = outcomes.values().iterator();
        while (chars + size > maxChars && oldest.hasNext()) {
            var kept = oldest.next();
            if (now - kept.since < LONG_NANOS) {
                return;
            }
            chars -= size(kept.outcome);
            oldest.remove();
        }
        if (chars + size <= maxChars) {
            outcomes.put(outcome.ref(), new Kept(outcome, now));
            chars += size;
        }
    }

    synchronized Optional<StoredOutcome> take(RequestRef ref) {
        var kept = outcomes.remove(ref);
        if (kept == null) {
            return Optional.empty();
        }
        chars -= size(kept.outcome);
        return Optional.of(kept.outcome);
    }

    private static long size(StoredOutcome outcome) {
        var value = outcome.outcome();
        var args = outcome.callbackArgs();
        return (value == null ? 0 : value.text().length()) + (args == null ? 0 : args.length()) + 500L;
    }
}
