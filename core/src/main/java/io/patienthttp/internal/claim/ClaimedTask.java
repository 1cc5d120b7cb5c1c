package io.patienthttp.internal.claim;

import io.patienthttp.Method;
import io.patienthttp.OutcomeDetails;
import io.patienthttp.Request;
import io.patienthttp.processor.Task;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore.ClaimedRequest;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A claimed row as a task: the owner and epoch that it was claimed under, and the request, which comes later if it is
 * sealed or in a payload store. Safe for all threads.
 */
public final class ClaimedTask implements Task {

    private final UUID owner;
    private final ClaimedRequest row;
    private @Nullable Request request; // guarded by this
    private Runnable ready = () -> {}; // guarded by this

    /**
     * A task.
     *
     * @param request null if it comes later
     */
    public ClaimedTask(UUID owner, ClaimedRequest row, @Nullable Request request) {
        this.owner = owner;
        this.row = row;
        this.request = request;
    }

    /** The process that claimed it. */
    public UUID owner() {
        return owner;
    }

    /** The row as it was claimed. */
    public ClaimedRequest row() {
        return row;
    }

    /** The row and the epoch of the claim. */
    public RequestRef ref() {
        return row.ref();
    }

    @Override
    public String id() {
        return row.ref().id().toString();
    }

    /** Whether the request is there. */
    public synchronized boolean isReady() {
        return request != null;
    }

    @Override
    public synchronized Request request() {
        if (request == null) {
            throw new IllegalStateException("request " + row.ref() + " is not loaded");
        }
        return request;
    }

    @Override
    public void whenReady(Runnable action) {
        synchronized (this) {
            if (request == null) {
                ready = action;
                return;
            }
        }
        action.run();
    }

    /** Takes the request, once. */
    void ready(Request loaded) {
        Runnable action;
        synchronized (this) {
            request = loaded;
            action = ready;
        }
        action.run();
    }

    @Override
    public int attempt() {
        return row.attempt();
    }

    /** How long the request had been due when it was claimed, by the database's clock. */
    public Duration overdue() {
        return Duration.between(row.createdAt().plus(request().delay()), row.claimedAt());
    }

    @Override
    public Duration queueDuration() {
        return overdue().isNegative() ? Duration.ZERO : overdue();
    }

    /** While the request is not there, its URL is {@code //host}: nothing more is known of it. */
    @Override
    public OutcomeDetails details() {
        return isReady()
                ? Task.super.details()
                : OutcomeDetails.builder(
                                id(),
                                Method.parse(row.stored().method()),
                                URI.create("//" + row.stored().host()))
                        .attempt(attempt())
                        .build();
    }

    @Override
    public String toString() {
        return "ClaimedTask[" + row.ref() + "]";
    }
}
