package io.patienthttp.internal.deliver;

import io.patienthttp.spi.CallbackRun;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what was delivered, rows and jobs, together with whatever else is written. The engine's thread waits for the
 * commit, so that the engine takes the job for running, and not for dead, until it is gone.
 */
final class Removals {

    private static final Logger log = LoggerFactory.getLogger(Removals.class);

    private final GroupCommit commits;

    Removals(GroupCommit commits) {
        this.commits = commits;
    }

    /** Removes the job of the run, and the row if it is not gone yet; true when that is committed, false if it was given up. */
    boolean remove(CallbackRun run, boolean row) throws InterruptedException {
        var change = new Change.Remove(run, row, commits.expect());
        commits.add(change);
        try {
            commits.await(change);
            return true;
        } catch (ExecutionException | CancellationException e) { // the latter is what a change that is given up throws
            log.warn(
                    "The removal of request {} was not written before the stop; its callback may run again", run.ref());
            return false;
        }
    }
}
