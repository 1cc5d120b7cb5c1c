package io.patienthttp.runtime;

import java.time.Duration;
import java.time.Instant;

/**
 * A process that runs the processor, as its row in the database says.
 *
 * @param id the id of its current lease
 * @param host the name of its host
 * @param pid its process id there
 * @param version of Patient HTTP
 * @param lease how long after lastSeenAt it counts as dead
 * @param maxInFlight how many requests it has in flight at most
 * @param inFlight how many it had at its last heartbeat
 * @param startedAt when it registered, by the database's clock
 * @param lastSeenAt its last heartbeat, by the database's clock
 */
public record ProcessStatus(
        String id,
        String host,
        long pid,
        String version,
        Duration lease,
        int maxInFlight,
        int inFlight,
        Instant startedAt,
        Instant lastSeenAt) {}
