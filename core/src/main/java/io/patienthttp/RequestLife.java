package io.patienthttp;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the row of a request says of its life: all but what is sent and what came back. Times are the database's. A row
 * keeps the last time of each step, not each one that there was: what it was retried for is gone. Immutable.
 *
 * @param id of the request
 * @param state where it is
 * @param callback the name of its callback
 * @param method of HTTP
 * @param host that it goes to
 * @param concurrencyKey what limits are counted by
 * @param priority 0 is claimed first
 * @param epoch how often it was claimed, or given a new callback job
 * @param attempts how often it was sent and taken over, and whether it was cancelled
 * @param owner the process that has it in flight, or null
 * @param lastError what its callback failed with, if it is DEAD; at most {@value #ERROR_LENGTH} characters
 * @param times when what happened
 * @param sizes how much it holds
 */
public record RequestLife(
        String id,
        RequestState state,
        String callback,
        String method,
        String host,
        String concurrencyKey,
        int priority,
        int epoch,
        RequestStatus.Attempts attempts,
        @Nullable String owner,
        @Nullable String lastError,
        Times times,
        Sizes sizes) {

    /** How much is kept of a long error here; the row has all of it. */
    public static final int ERROR_LENGTH = 2_000;

    /**
     * When what happened.
     *
     * @param createdAt when it was enqueued
     * @param runAt when it became, or becomes, due: the last time
     * @param deadlineAt when it expires, or null
     * @param claimedAt when a process took it: the last time, null if none did since it was enqueued or sent again
     * @param completedAt when its outcome was recorded, or null; when it was delivered again, that time
     * @param deadAt when its callback gave up, or null
     * @param readAt when this was read
     */
    public record Times(
            Instant createdAt,
            Instant runAt,
            @Nullable Instant deadlineAt,
            @Nullable Instant claimedAt,
            @Nullable Instant completedAt,
            @Nullable Instant deadAt,
            Instant readAt) {}

    /**
     * How many bytes its row holds of each value, as stored: sealed, or compressed in part.
     *
     * @param request what is sent; 0 if it is in a payload store
     * @param callbackArgs 0 if there are none
     * @param outcome 0 if there is none, or it is in a payload store
     */
    public record Sizes(long request, long callbackArgs, long outcome) {

        /** All of them. */
        public long total() {
            return request + callbackArgs + outcome;
        }
    }
}
