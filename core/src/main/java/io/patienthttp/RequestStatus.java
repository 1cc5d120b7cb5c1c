package io.patienthttp;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a request is, at the moment it was read. Immutable and safe for all threads. */
public final class RequestStatus {

    private final String id;
    private final RequestState state;
    private final int attempt;
    private final int recoveries;
    private final boolean cancelRequested;
    private final String callback;
    private final Instant createdAt;
    private final @Nullable String lastError;

    /** A reading of one row. */
    public RequestStatus(
            String id,
            RequestState state,
            Attempts attempts,
            String callback,
            Instant createdAt,
            @Nullable String lastError) {
        this.id = id;
        this.state = state;
        this.attempt = attempts.attempt();
        this.recoveries = attempts.recoveries();
        this.cancelRequested = attempts.cancelRequested();
        this.callback = callback;
        this.createdAt = createdAt;
        this.lastError = lastError;
    }

    /** The id of the request. */
    public String id() {
        return id;
    }

    /** Where it is in its life. */
    public RequestState state() {
        return state;
    }

    /** The number of the current or last attempt, from 1; see {@link Outcome#attempt}. */
    public int attempt() {
        return attempt;
    }

    /** How often a process died with it in flight. */
    public int recoveries() {
        return recoveries;
    }

    /** Whether it was cancelled. */
    public boolean cancelRequested() {
        return cancelRequested;
    }

    /** The name of its callback. */
    public String callback() {
        return callback;
    }

    /** When it was enqueued, by the database's clock. */
    public Instant createdAt() {
        return createdAt;
    }

    /** What made it DEAD; empty otherwise. */
    public Optional<String> lastError() {
        return Optional.ofNullable(lastError);
    }

    @Override
    public String toString() {
        return "RequestStatus[" + id + " " + state + "]";
    }

    /** How often it was tried, and whether it should be. */
    public record Attempts(int attempt, int recoveries, boolean cancelRequested) {}
}
