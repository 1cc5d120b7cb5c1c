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
        engine.stop(timeout);
    }

    @Override
    public void enqueue(Transaction transaction, Collection<CallbackJob> jobs) {
        table.enqueue(transaction.connection(), jobs);
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
