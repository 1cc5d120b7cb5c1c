package io.patienthttp.spi;

import io.patienthttp.Traffic;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/**
 * What all processes counted, by minute and host. Nothing is decided by it: it is for people to look at. Safe for all
 * threads.
 *
 * @see io.patienthttp.StorageException every method throws it when the store fails
 */
public interface TrafficStore {

    /**
     * Adds counts to those of their minutes and hosts, all or none. Which minute of the store's clock it is follows from
     * the age.
     *
     * @param counts at most one for each pair of age and host; ages differ by whole minutes
     */
    void add(Collection<Counted> counts);

    /** Removes the minutes that are older than the age. */
    void deleteOlder(Duration age);

    /** The sums of each host since so long ago: the busiest first, then by name, at most so many. */
    List<OfHost> byHost(Duration since, int limit);

    /** The sums of each minute since so long ago, oldest first; a minute without any is left out. */
    List<OfMinute> byMinute(Duration since);

    /**
     * What one process counted in one minute.
     *
     * @param age how long ago the minute began
     */
    record Counted(Duration age, String host, Traffic traffic) {}

    /** The sum of a host. */
    record OfHost(String host, Traffic traffic) {}

    /** The sum of a minute, by its beginning. */
    record OfMinute(Instant minute, Traffic traffic) {}
}
