package io.patienthttp.runtime;

import java.time.Duration;
import java.util.Optional;

/**
 * What this process knows of itself, without asking the database. Counts that only grow begin at zero when the {@link
 * PatientHttp} is built.
 *
 * @param inFlight how many requests it holds: being sent, or waiting for their outcome to be recorded
 * @param maxInFlight how many it holds at most
 * @param unwritten how many outcomes, and other changes of rows, wait for the next commit; it grows while the database
 *     is away
 * @param bufferedBytes how many bytes of answers it holds in memory
 * @param unresolvedRequests how often it left a request to another node, because this one lacks the secret, preprocessor,
 *     key or payload store that it needs, or knows not the format of its row
 * @param unresolvedCallbacks how often it left an outcome to another node, because this one does not know its callback,
 *     or cannot read it
 * @param sinceHeartbeat how long ago its last successful heartbeat was sent: the lease is over when this reaches the
 *     setting {@code lease}. Empty while it has no lease
 * @param sinceClaim how long ago it last looked for due requests, or had no room for any; empty if it was never started
 */
public record Vitals(
        int inFlight,
        int maxInFlight,
        int unwritten,
        long bufferedBytes,
        long unresolvedRequests,
        long unresolvedCallbacks,
        Optional<Duration> sinceHeartbeat,
        Optional<Duration> sinceClaim) {}
