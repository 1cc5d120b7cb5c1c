package io.patienthttp.internal.recover;

import io.patienthttp.internal.claim.ClaimedTask;
import io.patienthttp.internal.claim.Claimer;
import io.patienthttp.internal.claim.Ownership;
import io.patienthttp.processor.Processor;
import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.RequestRef;
import java.time.Duration;
import java.util.HashSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the rows that this process owns in the database with the tasks that it holds in memory, and releases what it
 * does not hold, such as the rows of a claim whose answer was lost. Excludes claims, whose rows are not tasks yet.
 */
public final class Reconciler {

    private static final Logger log = LoggerFactory.getLogger(Reconciler.class);

    private final Reach reach;
    private final CallbackQueue queue;
    private final Ownership ownership;
    private final Processor<ClaimedTask> processor;
    private final Claimer claimer;

    /** A reconciler. */
    public Reconciler(
            Reach reach, CallbackQueue queue, Ownership ownership, Processor<ClaimedTask> processor, Claimer claimer) {
        this.reach = reach;
        this.queue = queue;
        this.ownership = ownership;
        this.processor = processor;
        this.claimer = claimer;
    }

    /** Compares and releases. */
    public void reconcile() {
        claimer.excludingClaims(this::releaseWhatIsNotHeld);
    }

    private void releaseWhatIsNotHeld() {
        var owner = ownership.owner();
        var owned = new HashSet<>(reach.store().ownedBy(owner));
        processor.tasks().forEach(task -> owned.remove(task.ref()));
        if (owned.isEmpty()) {
            return;
        }
        log.warn("Process {} owned {} requests that it did not hold; releasing them", owner, owned.size());
        reach.transactions().inTransaction(transaction -> {
            var jobs = reach.store().release(transaction, owner, owned, Duration.ZERO);
            queue.enqueue(transaction, jobs);
            return jobs;
        });
        queue.wake();
        claimer.wake();
    }

    /** Aborts the tasks whose rows are flagged for cancellation; their release completes them as CANCELLED. */
    public void abortCancelled() {
        if (processor.inFlight() == 0) {
            return;
        }
        var cancelled = new HashSet<RequestRef>(reach.store().cancelRequested(ownership.owner()));
        if (!cancelled.isEmpty()) {
            processor.abort(task -> cancelled.contains(task.ref()));
        }
    }
}
