package io.patienthttp.internal.recover;

import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.RequestStore.CompletedRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds outcomes whose callback job is gone, by asking the engine: an outcome that was given to it once need not be alive
 * there. They get a new epoch and a new job; those that the engine gave up are dead.
 */
public final class Sweeper {

    private static final Logger log = LoggerFactory.getLogger(Sweeper.class);

    private static final int PAGE = 500;

    private final Reach reach;
    private final CallbackQueue queue;
    private final Duration grace;

    /**
     * A sweeper.
     *
     * @param grace how old an outcome must be to be looked at
     */
    public Sweeper(Reach reach, CallbackQueue queue, Duration grace) {
        this.reach = reach;
        this.queue = queue;
        this.grace = grace;
    }

    /** Looks at all outcomes older than the grace time. */
    public void sweep() {
        var page = reach.store().completedBefore(grace, null, PAGE);
        while (!page.isEmpty()) {
            sweep(page);
            page = page.size() < PAGE
                    ? List.of()
                    : reach.store().completedBefore(grace, page.get(page.size() - 1), PAGE);
        }
    }

    private void sweep(List<CompletedRow> page) {
        int renewed = reach.transactions().inTransaction(transaction -> {
            var states = queue.states(
                    transaction, page.stream().map(CompletedRow::ref).toList());
            var jobs = new ArrayList<CallbackJob>();
            for (var row : page) {
                switch (states.getOrDefault(row.ref(), CallbackQueue.JobState.MISSING)) {
                    case LIVE -> {}
                    case GIVEN_UP ->
                        reach.store().deadLetter(transaction, row.ref(), "the job engine gave its callback up");
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
}
