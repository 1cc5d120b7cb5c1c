package io.patienthttp.spi;

import io.patienthttp.Backlog;
import io.patienthttp.CancelResult;
import io.patienthttp.RequestState;
import io.patienthttp.RequestStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rows: requests and the processes that own them. Each method is one transition of a row's life or one read; each
 * transition is conditional on the state that it leaves, and where there is one on the owner and the epoch, so that a
 * late caller changes nothing. Methods with a {@link Transaction} run in it; the others are transactions of their own.
 * All times that two processes compare are the store's. Safe for all threads.
 *
 * @see io.patienthttp.StorageException every method throws it when the store fails
 */
public interface RequestStore {

    /** The most characters of a trace context that are stored. */
    int LONGEST_TRACE_CONTEXT = 1_024;

    /** Stores new PENDING rows, epoch 0. */
    void insert(Transaction transaction, List<NewRequest> requests);

    /** Claims due PENDING rows for a living process; see {@link ClaimOrder}. An unregistered or expired one gets none. */
    List<ClaimedRequest> claim(ClaimOrder order);

    /** Whether a row is due: a cheap look for who found nothing to claim. */
    boolean hasDue();

    /**
     * IN_FLIGHT to COMPLETED, for the rows that the owner still holds in that epoch. A row that is flagged for
     * cancellation gets the cancelled outcome instead.
     *
     * @return exactly the rows that were changed
     */
    List<Recorded> complete(Transaction transaction, UUID owner, Collection<Completion> completions);

    /**
     * IN_FLIGHT to PENDING, due after the delay, for the rows that the owner still holds; counts neither as attempt nor
     * as recovery. A row that is flagged for cancellation completes.
     *
     * @return jobs for the rows that completed
     */
    List<CallbackJob> release(Transaction transaction, UUID owner, Collection<RequestRef> refs, Duration delay);

    /** Like {@link #release}, at once, for all rows of the owner. */
    List<CallbackJob> releaseAll(Transaction transaction, UUID owner);

    /** What the owner holds according to the store. */
    List<RequestRef> ownedBy(UUID owner);

    /** Which rows of the owner are flagged for cancellation. */
    List<RequestRef> cancelRequested(UUID owner);

    /** Flags an IN_FLIGHT row, or completes a PENDING one as cancelled: as unsent, if it was never claimed. */
    Cancellation cancel(Transaction transaction, UUID id);

    // processes

    /** Inserts a process, before its first claim. */
    void register(ProcessRow process);

    /**
     * Renews the lease of the process; false if its row is gone. If the last beat is more than two heartbeats ago, the
     * process counts as healthy from now on only.
     */
    boolean beat(UUID process, Duration heartbeat, int inFlight);

    /** Removes a process that owns nothing any more. */
    void deregister(UUID process);

    /**
     * Takes one process whose lease has expired, if there is one, and gives its rows back: to PENDING with one recovery
     * more; those flagged for cancellation complete, and one that was recovered more often than allowed does if it was
     * the only one. Its row is removed. Does nothing unless the asking process has beaten within two heartbeats and has been healthy for longer
     * than that, so that nobody is declared dead after an outage that kept everyone from writing.
     */
    Optional<Reclaimed> reclaimExpired(Transaction transaction, UUID self, Duration heartbeat, int maxRecoveries);

    /** Gives back, in the same way, the rows whose owner is not registered. */
    Reclaimed reclaimUnowned(Transaction transaction, int maxRecoveries);

    /** All processes, oldest first. */
    List<ProcessRow> processes();

    // delivery

    /**
     * An outcome whose text has more bytes than this is left in its row when the row is read ({@link Value#left}), so
     * that it is read by itself, once there is memory for it.
     */
    int LARGE_OUTCOME = 256 * 1024;

    /** Reads outcomes, without a lock. */
    Map<UUID, StoredOutcome> outcomes(Collection<UUID> ids);

    /** Reads, in UTF-8, the text of an outcome that was left in its row; empty if that is gone. */
    Optional<byte[]> outcomeText(UUID id);

    /** Locks the row and reads its outcome; waits for the lock. Empty if there is no such row. */
    Optional<StoredOutcome> lockOutcome(Transaction transaction, UUID id);

    /** Reads the stored request. */
    Optional<StoredRequest> request(UUID id);

    /** Removes COMPLETED rows of these epochs. */
    int remove(Transaction transaction, Collection<RequestRef> refs);

    /** COMPLETED to DEAD; false if the row is not COMPLETED in that epoch. */
    boolean deadLetter(Transaction transaction, RequestRef ref, String lastError);

    /** COMPLETED rows whose outcome is older than the age, by completion time, after the given one. */
    List<CompletedRow> completedBefore(Duration age, @Nullable CompletedRow after, int limit);

    /** Moves a COMPLETED row to a new epoch, so that a new job can be made for it; empty if it is not in that epoch. */
    Optional<CallbackJob> renew(Transaction transaction, RequestRef ref);

    // payloads

    /**
     * The references to payloads that these rows hold, of requests and of outcomes alike; a row that is gone holds none.
     * Sees what was committed before the call.
     */
    Set<String> references(Collection<UUID> ids);

    /** The id of the installation: the same for all processes that share these rows, and different from all others. */
    UUID installation();

    // operations

    /** Reads where a request is. */
    Optional<RequestStatus> find(UUID id);

    /** How many rows are in each state; all states are in the map. */
    Map<RequestState, Long> counts();

    /** How many rows are in each state, counted up to a bound, and how long the oldest PENDING one has been due. */
    Backlog backlog();

    /** DEAD to COMPLETED in a new epoch; empty if it is not DEAD. */
    Optional<CallbackJob> deliverAgain(Transaction transaction, UUID id);

    /** DEAD to PENDING, as if it were new, in a new epoch; false if it is not DEAD. */
    boolean sendAgain(UUID id);

    /** Removes DEAD rows that have been so for longer than the age, at most so many; how many it removed. */
    int deleteDead(Duration age, int limit);

    /** Removes a DEAD row; false if it is not DEAD. */
    boolean deleteDead(UUID id);

    /**
     * A value as its row holds it: what the store is given, it neither reads nor changes.
     *
     * @param text readable JSON or a sealed value; of one that is in a payload store, or was left in its row, how many
     *     bytes it has
     * @param reference to the payload, if it is in a payload store; empty if the value was left in its row
     */
    record Value(String text, @Nullable String reference) {

        private static final Pattern SIZE = Pattern.compile("[0-9]{1,10}");

        /** A value that is in its row. */
        public static Value of(String text) {
            return new Value(text, null);
        }

        /** A value that is in a payload store. */
        public static Value offloaded(String reference, long bytes) {
            return new Value(Long.toString(bytes), reference);
        }

        /** A value that was not read with its row, because it is large. */
        public static Value left(long bytes) {
            return new Value(Long.toString(bytes), "");
        }

        /** Whether it was left in its row. */
        public boolean isLeft() {
            return reference != null && reference.isEmpty();
        }

        /** About how many bytes are, or will be, read of it; 0 if that is not known. */
        public long size() {
            return reference == null ? text.length() : SIZE.matcher(text).matches() ? Long.parseLong(text) : 0;
        }
    }

    /**
     * A request to store.
     *
     * @param delay after which it is due
     * @param expiresAfter after which it is not sent any more, or null
     * @param format of the values of the row; a node leaves those alone that are of a newer format than it knows
     * @param callbackArgs JSON, or null; may be sealed
     * @param traceContext what {@link Tracing} told of the enqueuing span, as JSON of at most {@link
     *     #LONGEST_TRACE_CONTEXT} characters, or null
     */
    record NewRequest(
            UUID id,
            int priority,
            Duration delay,
            @Nullable Duration expiresAfter,
            String concurrencyKey,
            String callback,
            String method,
            String host,
            int format,
            @Nullable String callbackArgs,
            Value request,
            @Nullable String traceContext) {}

    /**
     * What to claim, highest priority first, then the longest due.
     *
     * @param owner who claims
     * @param limit how many rows at most
     * @param rooms concurrency keys that are limited, each with the number of rows that it has room for
     * @param suspects how many suspects may be among them
     */
    record ClaimOrder(UUID owner, int limit, Map<String, Integer> rooms, Suspects suspects) {}

    /**
     * How many rows of each {@link Suspicion} a claim may take; of those without there may be as many as it has room
     * for. If it takes one of the second degree, it takes nothing else.
     *
     * @param maxRecoveries how many recoveries make a row a suspect
     */
    record Suspects(int maxRecoveries, int near, int suspects, int secondDegree) {}

    /**
     * A row that was claimed. The epoch of the ref is the claim's.
     *
     * @param dueAt since when it waited for this claim
     * @param deadlineAt when it expires, or null
     * @param traceContext as it was stored, or null
     */
    record ClaimedRequest(
            RequestRef ref,
            int attempt,
            int recoveries,
            String concurrencyKey,
            StoredRequest stored,
            Instant createdAt,
            Instant dueAt,
            Instant claimedAt,
            @Nullable Instant deadlineAt,
            @Nullable String traceContext) {

        /** How long it waited for this claim. */
        public Duration waited() {
            var waited = Duration.between(dueAt, claimedAt);
            return waited.isNegative() ? Duration.ZERO : waited;
        }

        /** Whether it is not to be sent any more. */
        public boolean isExpired() {
            return deadlineAt != null && !claimedAt.isBefore(deadlineAt);
        }

        /** Whether an earlier claim may have sent it. */
        public boolean maybeSentBefore() {
            return ref.epoch() > 1;
        }
    }

    /** A request as it is stored. */
    record StoredRequest(
            int format,
            String callback,
            String method,
            String host,
            @Nullable String callbackArgs,
            Value request) {}

    /**
     * An outcome to record.
     *
     * @param format of the outcome; that of the row becomes at least this
     */
    record Completion(RequestRef ref, int format, Value outcome) {}

    /**
     * A row whose outcome was recorded.
     *
     * @param cancelled whether the cancelled outcome was recorded instead of the given one
     */
    record Recorded(CallbackJob job, boolean cancelled) {}

    /**
     * A row as delivery sees it.
     *
     * @param outcome null unless the row is COMPLETED or DEAD
     * @param traceContext as it was stored, or null
     * @param age how long ago the outcome was recorded; zero if there is none
     */
    record StoredOutcome(
            RequestRef ref,
            RequestState state,
            int format,
            int attempt,
            String method,
            String host,
            String callback,
            @Nullable String callbackArgs,
            @Nullable Value outcome,
            @Nullable String traceContext,
            Duration age) {

        /** The row once the outcome of the claim, of that format, is recorded. */
        public static StoredOutcome of(ClaimedRequest claimed, int format, Value outcome) {
            var stored = claimed.stored();
            return new StoredOutcome(
                    claimed.ref(),
                    RequestState.COMPLETED,
                    Math.max(stored.format(), format),
                    claimed.attempt(),
                    stored.method(),
                    stored.host(),
                    stored.callback(),
                    stored.callbackArgs(),
                    outcome,
                    claimed.traceContext(),
                    Duration.ZERO);
        }

        /** The same row with another outcome. */
        public StoredOutcome with(@Nullable Value other) {
            return new StoredOutcome(
                    ref, state, format, attempt, method, host, callback, callbackArgs, other, traceContext, age);
        }
    }

    /** A COMPLETED row as the sweep sees it. */
    record CompletedRow(RequestRef ref, Instant completedAt) {}

    /** What cancel found, and the job of the row if it completed. */
    record Cancellation(CancelResult result, Optional<CallbackJob> job) {}

    /**
     * What was given back.
     *
     * @param process the process that died; null where it was not registered
     * @param engineName the name under which its engine held jobs, or null
     * @param pending how many rows are pending again
     * @param completed jobs for the rows that completed
     */
    record Reclaimed(@Nullable UUID process, @Nullable String engineName, int pending, List<CallbackJob> completed) {}

    /** A process: its row. Times are null while it is not stored. */
    record ProcessRow(
            UUID id,
            String host,
            long pid,
            String version,
            Duration lease,
            @Nullable String engineName,
            int maxInFlight,
            int inFlight,
            @Nullable Instant startedAt,
            @Nullable Instant lastSeenAt) {}
}
