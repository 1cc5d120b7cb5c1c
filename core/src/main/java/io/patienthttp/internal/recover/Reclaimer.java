package io.patienthttp.internal.recover;

import io.patienthttp.internal.claim.Ownership;
import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.RequestStore.Reclaimed;
import io.patienthttp.spi.Transaction;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives back the requests, and frees the callback jobs, of processes that died. */
public final class Reclaimer {

    private static final Logger log = LoggerFactory.getLogger(Reclaimer.class);

    /** What listeners are told of a process that nobody knows. */
    private static final String UNREGISTERED = "unregistered";

    private final Reach reach;
    private final CallbackQueue queue;
    private final Ownership ownership;
    private final LeaseSettings lease;
    private final int maxRecoveries;
    private final Runnable wake;

    /**
     * A reclaimer.
     *
     * @param maxRecoveries how often a request may be given back
     * @param wake tells the claimer that there is something to claim
     */
    public Reclaimer(
            Reach reach,
            CallbackQueue queue,
            Ownership ownership,
            LeaseSettings lease,
            int maxRecoveries,
            Runnable wake) {
        this.reach = reach;
        this.queue = queue;
        this.ownership = ownership;
        this.lease = lease;
        this.maxRecoveries = maxRecoveries;
        this.wake = wake;
    }

    /** Reclaims every process whose lease is over. */
    public void reclaimExpired() {
        while (reach.inTransaction(this::reclaimOne).isPresent()) {
            wake.run();
            queue.wake();
        }
    }

    private Optional<Reclaimed> reclaimOne(Transaction transaction) {
        var reclaimed = reach.store().reclaimExpired(transaction, ownership.owner(), lease.heartbeat(), maxRecoveries);
        reclaimed.ifPresent(found -> {
            var engine = found.engineName();
            int freed = engine == null ? 0 : queue.free(transaction, engine);
            queue.enqueue(transaction, found.completed());
            tell(transaction, found, String.valueOf(found.process()));
            log.info(
                    "Process {} died: {} of its requests are pending again, {} completed, {} of its callbacks run again",
                    found.process(),
                    found.pending(),
                    found.completed().size(),
                    freed);
        });
        return reclaimed;
    }

    private void tell(Transaction transaction, Reclaimed found, String process) {
        var announcer = reach.announcer();
        transaction.afterCommit(
                () -> announcer.events().tell(listener -> listener.onReclaimed(process, found.pending())));
        announcer.recordedByStore(transaction, found.completed());
    }

    /** Reclaims requests whose owner is not registered at all. */
    public void reclaimUnowned() {
        var reclaimed = reach.inTransaction(transaction -> {
            var found = reach.store().reclaimUnowned(transaction, maxRecoveries);
            queue.enqueue(transaction, found.completed());
            if (found.pending() + found.completed().size() > 0) {
                tell(transaction, found, UNREGISTERED);
            }
            return found;
        });
        if (reclaimed.pending() + reclaimed.completed().size() > 0) {
            log.warn("Reclaimed {} requests without a process", reclaimed.pending());
            wake.run();
            queue.wake();
        }
    }
}
