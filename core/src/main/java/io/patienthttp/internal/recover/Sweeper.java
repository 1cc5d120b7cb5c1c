package io.patienthttp.internal.recover;

import io.patienthttp.DeadLetter;
import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore.CompletedRow;
import io.patienthttp.spi.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds outcomes whose callback job is gone, by asking the engine: an outcome that was given to it once need not be alive
 * there. They get a new epoch and a new job; those that the engine gave up are dead.
 */
public final class Sweeper {

    private static final Logger log = LoggerFactory.getLogger(Sweeper.class);

    private static final int PAGES = 20;
    private static final String GIVEN_UP = "the job engine gave its callback up";

    private final Reach reach;
    private final CallbackQueue queue;
    private final Duration grace;
    private final int pageSize;
    private @Nullable CompletedRow last; // used by one thread

    /**
     * A sweeper.
     *
     * @param grace how old an outcome must be to be looked at
     * @param pageSize how many outcomes are looked at in one transaction
     */
    public Sweeper(Reach reach, CallbackQueue queue, Duration grace, int pageSize) {
        this.reach = reach;
        this.queue = queue;
        this.grace = grace;
        this.pageSize = pageSize;
    }

    /** Looks at outcomes older than the grace time: some pages, so that other duties have their turn; then goes on. */
    public void sweep() {
        for (int pages = 0; pages < PAGES; pages++) {
            var page = reach.store().completedBefore(grace, last, pageSize);
            sweep(page);
            last = page.size() < pageSize ? null : page.get(page.size() - 1);
            if (last == null) {
                return;
            }
        }
    }

    private void sweep(List<CompletedRow> page) {
        if (page.isEmpty()) {
            return;
        }
        int renewed = reach.inTransaction(transaction -> {
            var states = queue.states(
                    transaction, page.stream().map(CompletedRow::ref).toList());
            var jobs = new ArrayList<CallbackJob>();
            for (var row : page) {
                switch (states.getOrDefault(row.ref(), CallbackQueue.JobState.MISSING)) {
                    case LIVE -> {}
                    case GIVEN_UP -> deadLetter(transaction, row.ref());
                    case MISSING -> reach.store().renew(transaction, row.ref()).ifPresent(jobs::add);
                }
            }
            queue.enqueue(transaction, jobs);
            return jobs.size();
        });
        if (renewed > 0) {
            log.warn("{} outcomes had no callback job any more; their callbacks run now", renewed);
            queue.wake();
        }
    }

    private void deadLetter(Transaction transaction, RequestRef ref) {
        if (reach.store().deadLetter(transaction, ref, GIVEN_UP)) {
            reach.announcer().dead(transaction, ref, DeadLetter.UNKNOWN_RUNS, GIVEN_UP);
        }
    }
}
