package io.patienthttp;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * How many requests there are in the whole installation, and how long the oldest of them has waited, at the moment it was
 * read. Cheap to read however many there are: counting stops at {@link #MOST}.
 *
 * @param counts of every state, at most {@link #MOST} each, which means as many or more
 * @param oldestPendingAge how long ago the PENDING request that has waited longest became due, by the database's clock;
 *     empty if none is due. One that is due later does not wait yet
 */
public record Backlog(Map<RequestState, Integer> counts, Optional<Duration> oldestPendingAge) {

    /** Where counting stops. */
    public static final int MOST = 10_000;

    /** Copies the counts; a state that is not among them counts zero. */
    public Backlog {
        var all = new EnumMap<RequestState, Integer>(RequestState.class);
        for (var state : RequestState.values()) {
            all.put(state, counts.getOrDefault(state, 0));
        }
        counts = Collections.unmodifiableMap(all);
    }

    /** How many requests are in the state, at most {@link #MOST}. */
    public int count(RequestState state) {
        return counts.getOrDefault(state, 0);
    }
}
