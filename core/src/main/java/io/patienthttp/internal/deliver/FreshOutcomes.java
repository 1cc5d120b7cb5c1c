package io.patienthttp.internal.deliver;

import io.patienthttp.internal.wire.MemoryGate;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore.StoredOutcome;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Outcomes that this process recorded and did not deliver yet, so that a callback that runs here right after need not
 * read its outcome back. An epoch has one outcome, so what is here is what is stored. Each is taken once, by its first
 * run; the oldest give way when there are too many. Safe for all threads.
 */
final class FreshOutcomes {

    private final long maxChars;
    final Map<RequestRef, StoredOutcome> outcomes = new LinkedHashMap<>(); // guarded by this
    long chars; // guarded by this

    FreshOutcomes(long maxChars) {
        this.maxChars = maxChars;
    }

    /** Keeps the outcome, unless it is in a payload store, or large: then it must be read anyway. */
    synchronized void add(StoredOutcome outcome) {
        var value = outcome.outcome();
        if (value != null && (value.reference() != null || MemoryGate.isLarge(value.size()))) {
            return;
        }
        outcomes.put(outcome.ref(), outcome);
        chars += size(outcome);
        var oldest = outcomes.values().iterator();
        while (chars > maxChars && oldest.hasNext()) {
            chars -= size(oldest.next());
            oldest.remove();
        }
    }

    synchronized Optional<StoredOutcome> take(RequestRef ref) {
        var outcome = Optional.ofNullable(outcomes.remove(ref));
        outcome.ifPresent(taken -> chars -= size(taken));
        return outcome;
    }

    private static long size(StoredOutcome outcome) {
        var value = outcome.outcome();
        var args = outcome.callbackArgs();
        return (value == null ? 0 : value.text().length()) + (args == null ? 0 : args.length()) + 500L;
    }
}
