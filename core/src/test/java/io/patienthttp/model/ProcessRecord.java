package io.patienthttp.model;

import io.patienthttp.spi.RequestStore.ProcessRow;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** A row of the processes. The number keeps the order in which they registered. */
record ProcessRecord(int number, ProcessRow row, Instant startedAt, Instant lastSeenAt, Instant healthySince) {

    UUID id() {
        return row.id();
    }

    boolean isExpired(Instant now) {
        return lastSeenAt.plus(row.lease()).isBefore(now);
    }

    ProcessRecord beat(Duration heartbeat, int inFlight, Instant now) {
        var late = lastSeenAt.plus(heartbeat.plus(heartbeat)).isBefore(now);
        return new ProcessRecord(number, with(inFlight, lastSeenAt), startedAt, now, late ? now : healthySince);
    }

    /** As it is read. */
    ProcessRow stored() {
        return with(row.inFlight(), lastSeenAt);
    }

    private ProcessRow with(int inFlight, Instant seen) {
        return new ProcessRow(
                row.id(),
                row.host(),
                row.pid(),
                row.version(),
                row.lease(),
                row.engineName(),
                row.maxInFlight(),
                inFlight,
                startedAt,
                seen);
    }
}
