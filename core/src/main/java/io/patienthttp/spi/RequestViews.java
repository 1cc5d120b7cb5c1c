package io.patienthttp.spi;

import io.patienthttp.RequestLife;
import io.patienthttp.RequestState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The rows of requests as people look at them. No method locks a row, and each reads a bounded number of them, however
 * many there are. Safe for all threads.
 *
 * @see io.patienthttp.StorageException every method throws it when the store fails, or takes longer than a few seconds
 */
public interface RequestViews {

    /** How many rows are in each state, counted up to the limit; all states are in the map. */
    Map<RequestState, Integer> countUpTo(int limit);

    /**
     * How many PENDING rows have been due for how long, each counted up to the limit: those that are not due yet, those
     * due for less than the first age, from there to the second, and so on; last, those due for longer than all.
     *
     * @param ages ascending
     */
    List<Integer> pendingDueFor(List<Duration> ages, int limit);

    /**
     * The newest rows of a state that match, newest first: by the time at which they came into it, or, PENDING, at which
     * they are due.
     *
     * @param scan how many of the newest are looked at
     * @param limit how many are returned at most
     */
    List<RequestLife> newest(RequestState state, Filter filter, int scan, int limit);

    /** One row; empty if there is none. */
    Optional<RequestLife> life(UUID id);

    /**
     * Which rows match.
     *
     * @param callback exactly, or null for all
     * @param host exactly, or null for all
     * @param enqueuedBefore how long ago at least, or null for all
     */
    record Filter(
            @Nullable String callback,
            @Nullable String host,
            @Nullable Duration enqueuedBefore) {

        /** All rows. */
        public static final Filter ALL = new Filter(null, null, null);
    }
}
