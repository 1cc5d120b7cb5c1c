package io.patienthttp.dbscheduler;

import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.CallbackRun;
import io.patienthttp.spi.CallbackRunner;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.Transaction;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Jobs in db-scheduler's table, run by a scheduler. */
final class DbSchedulerQueue implements CallbackQueue {

    private static final Duration DRAIN_INTERVAL = Duration.ofMillis(30);

    /** A job that a scheduler has just picked is neither due nor running for a moment. */
    private static final int QUIET_CHECKS = 3;

    /** How long the last look may take, which began in time. */
    private static final Duration GRACE = Duration.ofMillis(500);

    private final JobTable table;
    private final Engine engine;

    DbSchedulerQueue(JobTable table, Engine engine) {
        this.table = table;
        this.engine = engine;
    }

    @Override
    public boolean transactional() {
        return true;
    }

    @Override
    public Optional<String> engineName() {
        return engine.name();
    }

    @Override
    public void start(CallbackRunner runner) {
        engine.start(runner);
    }

    @Override
    public void stop(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        var most = timeout.multipliedBy(3).dividedBy(4); // what runs by then has the rest to end
        Bounded.run("wait for due callback jobs, which run later", most.plus(GRACE), () -> runWhatIsDue(most));
        engine.stop(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
    }

    /** Jobs that are left run in another process, or after the next start: this is a courtesy. */
    private void runWhatIsDue(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            int quiet = 0;
            while (System.nanoTime() - deadline < 0 && quiet < QUIET_CHECKS) {
                quiet = engine.hasDue() ? 0 : quiet + 1;
                if (quiet == 0) {
                    engine.wake();
                }
                Thread.sleep(DRAIN_INTERVAL.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void enqueue(Transaction transaction, Collection<CallbackJob> jobs) {
        table.enqueue(transaction.connection(), jobs, engine.now());
    }

    @Override
    public void wake() {
        engine.wake();
    }

    @Override
    public Set<RequestRef> remove(Transaction transaction, Collection<CallbackRun> runs) {
        return table.remove(transaction.connection(), runs);
    }

    @Override
    public Map<RequestRef, JobState> states(Transaction transaction, Collection<RequestRef> refs) {
        return table.states(transaction.connection(), refs);
    }

    @Override
    public int free(Transaction transaction, String engineName) {
        return table.free(transaction.connection(), engineName);
    }
}
