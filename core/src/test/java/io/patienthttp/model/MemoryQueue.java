package io.patienthttp.model;

import io.patienthttp.StorageException;
import io.patienthttp.model.Cell.Lock;
import io.patienthttp.model.MemoryDatabase.JobRow;
import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.CallbackRun;
import io.patienthttp.spi.CallbackRunner;
import io.patienthttp.spi.CallbackRunner.Result;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.Transaction;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One process's job engine on the jobs of a {@link MemoryDatabase}: what db-scheduler and {@code CallbackTask} do, by one
 * worker, whose thread calls {@link #runOne}. What bugs may change is a method of its own.
 */
class MemoryQueue implements CallbackQueue {

    private static final long RETRY = TimeUnit.SECONDS.toNanos(1);

    /** After this long without a heartbeat a job is taken for dead: twenty of 30 s. */
    private static final long DEAD_AFTER = TimeUnit.SECONDS.toNanos(600);

    final MemoryTransactions transactions;
    final MemoryDatabase database;
    private final String name;
    private @Nullable CallbackRunner runner;
    private @Nullable RequestRef running;
    private boolean working;
    private long pickedAt;
    private int failures;
    private Runnable onWake = () -> {};
    private BiConsumer<CallbackRun, Result> onEnd = (run, result) -> {};

    MemoryQueue(MemoryTransactions transactions, String name) {
        this.transactions = transactions;
        this.database = transactions.database;
        this.name = name;
    }

    @Override
    public boolean transactional() {
        return true;
    }

    @Override
    public Optional<String> engineName() {
        return Optional.of(name);
    }

    @Override
    public void start(CallbackRunner bound) {
        runner = bound;
    }

    /** Waits for the job that runs, and gives back what was picked and does not run. */
    @Override
    public void stop(Duration timeout) {
        var ended = database.steps.await(() -> !working, database.steps.now() + timeout.toNanos());
        var flushed = runner;
        runner = null;
        if (ended) {
            flush(flushed);
            transactions.autocommit(
                    tx -> database.jobs.update(tx, this::isMine, job -> job.free(job.due(), job.failures())));
        }
    }

    /** Before anything is given back. */
    void flush(@Nullable CallbackRunner stopped) {
        try {
            if (stopped != null) {
                stopped.flush();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private boolean isMine(JobRow job) {
        return job.pickedBy().equals(name);
    }

    @Override
    public void enqueue(Transaction transaction, Collection<CallbackJob> jobs) {
        store(transaction, jobs);
    }

    private void store(Transaction transaction, Collection<CallbackJob> jobs) {
        if (!jobs.isEmpty()) {
            var tx = MemoryTransaction.of(transaction);
            database.statement(tx);
            jobs.stream()
                    .sorted(Comparator.comparing(CallbackJob::ref))
                    .forEach(job -> database.jobs.insert(tx, job.ref(), new JobRow(job, 0, JobRow.NOBODY, 0, 1, 0)));
        }
    }

    /** A mistake that some bugs make. */
    void inOneOfItsOwn(Collection<CallbackJob> jobs) {
        transactions.inTransaction(transaction -> {
            store(transaction, jobs);
            return jobs;
        });
    }

    @Override
    public void wake() {
        onWake.run();
    }

    /** Sets who is told of a wake: jobs that are due are run by the simulation all the same. */
    void onWake(Runnable told) {
        onWake = told;
    }

    /** Sets who is told what runs came to. */
    void onEnd(BiConsumer<CallbackRun, Result> told) {
        onEnd = told;
    }

    /** How often the job that runs had failed before. */
    int failures() {
        return failures;
    }

    @Override
    public Set<RequestRef> remove(Transaction transaction, Collection<CallbackRun> runs) {
        var removed = new HashSet<RequestRef>();
        runs.stream().sorted(Comparator.comparing(CallbackRun::ref)).forEach(run -> {
            var tx = MemoryTransaction.of(transaction);
            database.statement(tx);
            database.jobs
                    .delete(tx, job -> isOf(job, run))
                    .forEach(job -> removed.add(job.job().ref()));
        });
        return removed;
    }

    private static boolean isOf(JobRow job, CallbackRun run) {
        return job.job().ref().equals(run.ref()) && job.version() == run.version();
    }

    @Override
    public Map<RequestRef, JobState> states(Transaction transaction, Collection<RequestRef> refs) {
        var tx = MemoryTransaction.of(transaction);
        database.statement(tx);
        var states = new HashMap<RequestRef, JobState>();
        refs.forEach(ref -> states.put(ref, JobState.MISSING));
        database.jobs
                .select(tx, job -> states.containsKey(job.job().ref()))
                .forEach(job -> states.put(job.job().ref(), JobState.LIVE));
        return states;
    }

    @Override
    public int free(Transaction transaction, String engineName) {
        var tx = MemoryTransaction.of(transaction);
        database.statement(tx);
        return database.jobs
                .update(tx, job -> job.pickedBy().equals(engineName), job -> job.free(job.due(), job.failures() + 1))
                .size();
    }

    /** The job that runs. */
    @Nullable
    RequestRef running() {
        return running;
    }

    /** When the job that runs was picked, or earlier. */
    long pickedAt() {
        return pickedAt;
    }

    /** Whether a job is picked for this process. */
    boolean hasPicked() {
        return database.jobs.committed().anyMatch(this::isMine);
    }

    /** Whether a job is due. */
    boolean hasDue() {
        return runner != null && database.jobs.committed().anyMatch(this::isDue);
    }

    private boolean isDue(JobRow job) {
        return !job.isPicked() && job.due() <= database.steps.now();
    }

    /** Picks a job that is due, runs it, and does what the result says. */
    void runOne() {
        var bound = runner;
        if (bound == null) {
            return;
        }
        working = true;
        pickedAt = database.steps.now();
        try {
            var job = pick();
            if (job != null) {
                running = job.job().ref();
                run(bound, run(new CallbackRun(running, job.failures(), job.version())));
            }
        } finally {
            running = null;
            working = false;
        }
    }

    private void run(CallbackRunner bound, CallbackRun run) {
        failures = run.failures();
        var result = Objects.requireNonNull(bound.run(run));
        onEnd.accept(run, result);
        if (result instanceof Result.Failed failed) {
            reschedule(run, failed.delay(), 1);
        } else if (result instanceof Result.Later later) {
            reschedule(run, later.delay(), 0);
        }
    }

    /** What the runner is told of the run. */
    CallbackRun run(CallbackRun run) {
        return run;
    }

    private @Nullable JobRow pick() {
        return transactions.autocommit(tx -> {
            for (var cell : database.jobs.snapshot(tx, this::isDue)) {
                var job = database.jobs.lockUnlessLocked(tx, cell, Lock.NO_KEY_UPDATE, this::isDue);
                if (job != null) {
                    var picked = job.pickedBy(name, database.steps.now());
                    cell.set(picked);
                    return picked;
                }
            }
            return null;
        });
    }

    private void reschedule(CallbackRun run, Duration delay, int more) {
        long due = database.steps.now() + delay.toNanos();
        untilWritten(job -> isOf(job, run), job -> job.free(due, job.failures() + more));
    }

    private void untilWritten(Predicate<JobRow> which, UnaryOperator<JobRow> change) {
        while (true) {
            try {
                transactions.autocommit(tx -> database.jobs.update(tx, which, change));
                return;
            } catch (StorageException e) {
                database.steps.await(() -> false, database.steps.now() + RETRY);
            }
        }
    }

    /** Frees jobs that nobody runs any more. */
    void reviveDead(Predicate<JobRow> isRunning) {
        Predicate<JobRow> dead = job ->
                job.isPicked() && !isRunning.test(job) && job.lastHeartbeat() + DEAD_AFTER < database.steps.now();
        transactions.autocommit(tx -> database.jobs.update(tx, dead, job -> job.free(job.due(), job.failures() + 1)));
    }

    boolean isRunning(JobRow job) {
        return isMine(job) && job.job().ref().equals(running);
    }
}
