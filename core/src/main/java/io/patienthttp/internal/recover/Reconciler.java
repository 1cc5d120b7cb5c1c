package io.patienthttp.internal.recover;

import io.patienthttp.internal.claim.ClaimedTask;
import io.patienthttp.internal.claim.Ownership;
import io.patienthttp.processor.Processor;
import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.Transaction;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.locks.Lock;
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
    private final Lock claiming;
    private final Runnable wake;

    /**
     * A reconciler.
     *
     * @param claiming held while a claim runs
     * @param wake tells the claimer that there is something to claim
     */
    public Reconciler(
            Reach reach,
            CallbackQueue queue,
            Ownership ownership,
            Processor<ClaimedTask> processor,
            Lock claiming,
            Runnable wake) {
        this.reach = reach;
        this.queue = queue;
        this.ownership = ownership;
        this.processor = processor;
        this.claiming = claiming;
        this.wake = wake;
    }

    /** Compares and releases. */
    public void reconcile() {
        claiming.lock();
        try {
            releaseWhatIsNotHeld();
        } finally {
            claiming.unlock();
        }
    }

    private void releaseWhatIsNotHeld() {
        var owner = ownership.owner();
        var owned = new HashSet<>(reach.store().ownedBy(owner));
        processor.tasks().forEach(task -> owned.remove(task.ref()));
        if (owned.isEmpty()) {
            return;
        }
        log.warn("Process {} owned {} requests that it did not hold; releasing them", owner, owned.size());
        reach.inTransaction(transaction -> {
            var jobs = reach.store().release(transaction, owner, owned, Duration.ZERO);
            queue.enqueue(transaction, jobs);
            tell(transaction, owned, jobs);
            return jobs;
        });
        queue.wake();
        wake.run();
    }

    /** Gives back all that this process owns, at its end. */
    public void releaseAll() {
        var owner = ownership.owner();
        var owned = reach.announcer().events().isHeard() ? reach.store().ownedBy(owner) : List.<RequestRef>of();
        reach.inTransaction(transaction -> {
            var jobs = reach.store().releaseAll(transaction, owner);
            queue.enqueue(transaction, jobs);
            tell(transaction, owned, jobs);
            return jobs;
        });
    }

    private void tell(Transaction transaction, Collection<RequestRef> released, List<CallbackJob> completed) {
        var announcer = reach.announcer();
        transaction.afterCommit(() -> announcer.released(released, completed));
        announcer.recordedByStore(transaction, completed);
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
