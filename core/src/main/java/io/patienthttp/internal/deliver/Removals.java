package io.patienthttp.internal.deliver;

import io.patienthttp.spi.CallbackRun;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/**
 * Removes what was delivered, rows and jobs, together with whatever else is written. The engine's thread goes on at once;
 * it waits only while very many removals wait for the database.
 */
final class Removals {

    /** Removals that may wait, so that callbacks do not run far ahead of what is recorded of them. */
    private static final int WAITING = 1000;

    private final GroupCommit commits;
    private final Semaphore room = new Semaphore(WAITING);

    Removals(GroupCommit commits) {
        this.commits = commits;
    }

    /** Removes the job of the run, and the row if it is not gone yet. */
    void remove(CallbackRun run, boolean row) throws InterruptedException {
        room.acquire();
        var written = new CompletableFuture<Void>();
        written.whenComplete((ok, failed) -> room.release());
        commits.add(new Change.Remove(run, row, written));
    }
}
