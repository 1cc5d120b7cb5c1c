package io.patienthttp.internal.deliver;

import io.patienthttp.Outcome;
import io.patienthttp.internal.wire.MemoryGate;
import io.patienthttp.internal.wire.OutcomeCodec;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore.StoredOutcome;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Outcomes that this process recorded and did not deliver yet, so that a callback that runs here right after need neither
 * read its row back nor parse it. An epoch has one outcome, so what is here is what is stored. Each is taken once, by its
 * first run. When it is full it takes no more, because callbacks run in the order of their jobs; only what has lain here for
 * long gives way, because that was delivered by another process. Safe for all threads.
 */
final class FreshOutcomes {

    private static final long LONG_NANOS = Duration.ofSeconds(30).toNanos();

    /** What each is counted as more than it has. */
    private static final int EACH = 500;

    private final long maxSize;
    private final LongSupplier nanoTime;
    final Map<RequestRef, Kept> outcomes = new LinkedHashMap<>(); // guarded by this
    long size; // guarded by this; bytes of bodies, characters of texts

    FreshOutcomes(long maxSize, LongSupplier nanoTime) {
        this.maxSize = maxSize;
        this.nanoTime = nanoTime;
    }

    /**
     * A row, and since when it is kept.
     *
     * @param row without the stored outcome if {@code outcome} is known
     * @param outcome for the callback; null if it is to be read from the row
     */
    record Kept(StoredOutcome row, @Nullable Outcome outcome, long size, long since) {}

    /**
     * Keeps the outcome, unless it is in a payload store, or large: then it must be read anyway.
     *
     * @param outcome what the row says, for the callback; null if that is not known
     */
    synchronized void add(StoredOutcome row, @Nullable Outcome outcome) {
        var value = Objects.requireNonNull(row.outcome());
        if (value.reference() != null || MemoryGate.isLarge(value.size())) {
            return;
        }
        var args = row.callbackArgs();
        long added = EACH + value.text().length() + (args == null ? 0 : args.length());
        if (outcome != null) {
            added += OutcomeCodec.bodySize(outcome);
        }
        long now = nanoTime.getAsLong();
        if (makeRoom(added, now)) {
            outcomes.put(row.ref(), new Kept(outcome == null ? row : row.with(null), outcome, added, now));
            size += added;
        }
    }

    private boolean makeRoom(long added, long now) {
        var oldest = outcomes.values().iterator();
        while (size + added > maxSize && oldest.hasNext()) {
            var kept = oldest.next();
            if (now - kept.since < LONG_NANOS) {
                return false;
            }
            size -= kept.size;
            oldest.remove();
        }
        return size + added <= maxSize;
    }

    synchronized Optional<Kept> take(RequestRef ref) {
        var kept = outcomes.remove(ref);
        if (kept != null) {
            size -= kept.size;
        }
        return Optional.ofNullable(kept);
    }
}
