package io.patienthttp.internal.deliver;

import io.patienthttp.spi.CallbackRun;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what was delivered, rows and jobs, together with whatever else is written. The engine's thread does not wait
 * for the commit, unless too much waits already: what an outage keeps from being removed runs again.
 */
final class Removals {

    private static final Logger log = LoggerFactory.getLogger(Removals.class);

    /** So many may be unwritten before threads wait: enough for a commit, few to run again. */
    private static final int MOST = 250;

    private final GroupCommit commits;
    private final Set<CompletableFuture<Void>> unwritten = ConcurrentHashMap.newKeySet();

    Removals(GroupCommit commits) {
        this.commits = commits;
    }

    /**
     * Removes the job of the run, and the row if it is not gone yet.
     *
     * @param written what is done, without blocking, once that is committed
     */
    void remove(CallbackRun run, boolean row, Runnable written) throws InterruptedException {
        var change = new Change.Remove(run, row, commits.expect());
        unwritten.add(change.written());
        change.written().whenComplete((ok, failed) -> ended(change, failed, written));
        commits.add(change);
        if (unwritten.size() > MOST) {
            await(change.written());
        }
    }

    private void ended(Change.Remove change, @Nullable Throwable failed, Runnable written) {
        unwritten.remove(change.written());
        if (failed == null) {
            written.run();
        } else {
            log.warn(
                    "The removal of request {} was not written before the stop; its callback may run again",
                    change.ref());
        }
    }

    /** Waits until what was removed so far is written, or given up. */
    void flush() throws InterruptedException {
        await(CompletableFuture.allOf(unwritten.toArray(CompletableFuture[]::new)));
    }

    private void await(CompletableFuture<Void> written) throws InterruptedException {
        try {
            commits.waits().await(written);
        } catch (ExecutionException | CancellationException e) { // of a change that was given up
            log.debug("A removal was given up", e);
        }
    }
}
