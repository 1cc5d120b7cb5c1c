package io.patienthttp.internal.claim;

import io.patienthttp.Request;
import io.patienthttp.processor.Task;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore.ClaimedRequest;
import java.time.Duration;
import java.util.UUID;

/** A claimed row as a task: the request, and the owner and epoch that it was claimed under. */
public record ClaimedTask(UUID owner, ClaimedRequest row, Request request) implements Task {

    /** The row and the epoch of the claim. */
    public RequestRef ref() {
        return row.ref();
    }

    @Override
    public String id() {
        return row.ref().id().toString();
    }

    @Override
    public int attempt() {
        return row.attempt();
    }

    /** How long the request had been due when it was claimed, by the database's clock. */
    public Duration overdue() {
        return Duration.between(row.createdAt().plus(request.delay()), row.claimedAt());
    }

    @Override
    public Duration queueDuration() {
        return overdue().isNegative() ? Duration.ZERO : overdue();
    }

    @Override
    public String toString() {
        return "ClaimedTask[" + row.ref() + "]";
    }
}
