package io.patienthttp.runtime;

import io.patienthttp.Backlog;
import io.patienthttp.CancelResult;
import io.patienthttp.RequestState;
import io.patienthttp.internal.recover.Reach;
import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.RequestStore;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * What an operator may ask and do. Works on any node, started or not, and sees the whole installation. Safe for all
 * threads. Ids are those of requests; one that is not a UUID is an {@link IllegalArgumentException}.
 */
public final class Operations {

    private final Reach reach;
    private final RequestStore store;
    private final CallbackQueue queue;
    private final Runnable wake;
    private final RecentBacklog recentBacklog;
    private final Inspection inspection;

    Operations(Reach reach, CallbackQueue queue, Runnable wake, Inspection inspection) {
        this.reach = reach;
        this.store = reach.store();
        this.queue = queue;
        this.wake = wake;
        this.recentBacklog = new RecentBacklog(store::backlog, System::nanoTime);
        this.inspection = inspection;
    }

    /** What may be looked at while the pipeline works: counts that end, lists, the life of a request, traffic. */
    public Inspection inspection() {
        return inspection;
    }

    /** How many requests are in each state; every state is in the map. Reads the whole table: not for a tight loop. */
    public Map<RequestState, Long> counts() {
        return store.counts();
    }

    /** Reads how many requests there are, counted up to a bound, and how long the oldest has waited. */
    public Backlog backlog() {
        return store.backlog();
    }

    /**
     * The same for those who ask often and must not wait, such as metrics and health: the database is asked every 10
     * seconds at most, and waited for half a second. Empty if it has not answered for a minute.
     */
    public Optional<Backlog> recentBacklog() {
        return recentBacklog.get();
    }

    /** All processes that run the processor, oldest first; one that died is listed until its lease is over. */
    public List<ProcessStatus> processes() {
        return store.processes().stream()
                .map(row -> new ProcessStatus(
                        row.id().toString(),
                        row.host(),
                        row.pid(),
                        row.version(),
                        row.lease(),
                        row.maxInFlight(),
                        row.inFlight(),
                        Objects.requireNonNull(row.startedAt()),
                        Objects.requireNonNull(row.lastSeenAt())))
                .toList();
    }

    /** Runs the callback of a DEAD request again, with the outcome that it has; false if it is not DEAD. */
    public boolean deliverAgain(String id) {
        var request = UUID.fromString(id);
        Optional<CallbackJob> job = reach.inTransaction(transaction -> {
            var created = store.deliverAgain(transaction, request);
            queue.enqueue(transaction, created.stream().toList());
            return created;
        });
        job.ifPresent(created -> queue.wake());
        return job.isPresent();
    }

    /** Sends a DEAD request again, as if it were new, and forgets the outcome that it has; false if it is not DEAD. */
    public boolean sendAgain(String id) {
        var sent = store.sendAgain(UUID.fromString(id));
        if (sent) {
            wake.run();
        }
        return sent;
    }

    /** Removes a DEAD request with its outcome; false if it is not DEAD. */
    public boolean delete(String id) {
        return store.deleteDead(UUID.fromString(id));
    }

    /** Completes the request as cancelled, or flags it; every exit from IN_FLIGHT then completes it as cancelled. */
    CancelResult cancel(UUID request) {
        var cancellation = reach.inTransaction(transaction -> {
            var cancelled = store.cancel(transaction, request);
            var job = cancelled.job().stream().toList();
            queue.enqueue(transaction, job);
            reach.announcer().recordedByStore(transaction, job);
            return cancelled;
        });
        cancellation.job().ifPresent(job -> queue.wake());
        return cancellation.result();
    }
}
