package io.patienthttp.internal.deliver;

import io.patienthttp.Failure;
import io.patienthttp.StorageException;
import io.patienthttp.StorageException.Reason;
import io.patienthttp.internal.wire.OutcomeCodec;
import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.CallbackRun;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.Completion;
import io.patienthttp.spi.RequestStore.Recorded;
import io.patienthttp.spi.Transaction;
import io.patienthttp.spi.Transactions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread {@code patient-http-recorder}: writes changes, many in one transaction: whatever came while the last one
 * committed. While the database is away it holds them and tries again. A change that fails for another reason is isolated
 * by halving the batch, so that the others commit: an outcome that the database refuses completes as UNSTORABLE, anything
 * else is set aside and tried again alone.
 */
public final class GroupCommit {

    private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);

    private static final int BATCH = 1000;

    /** A transaction begins this long after the last one began, or later: under load more changes share a commit. */
    private static final Duration PACE = Duration.ofMillis(10);

    private static final Duration IDLE_POLL = Duration.ofMillis(20);

    /** A transaction takes no more outcomes once it has this many characters of them. */
    private static final int BATCH_CHARS = 8 << 20;

    private static final Duration FIRST_BACKOFF = Duration.ofMillis(100);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(5);

    private final RequestStore store;
    private final Transactions transactions;
    private final CallbackQueue callbacks;
    private final String unstorable;
    private final FreshOutcomes fresh;
    private final BlockingQueue<Change> changes = new LinkedBlockingQueue<>();
    private final AtomicInteger unwritten = new AtomicInteger();
    private volatile State state = State.STOPPED;
    private volatile @Nullable Thread thread;

    /**
     * A writer that is stopped.
     *
     * @param freshChars how many characters of recorded outcomes are kept for callbacks that run in this process
     */
    public GroupCommit(RequestStore store, Transactions transactions, CallbackQueue callbacks, long freshChars) {
        this.fresh = new FreshOutcomes(freshChars);
        this.store = store;
        this.transactions = transactions;
        this.callbacks = callbacks;
        this.unstorable = new OutcomeCodec()
                .writeRejected(
                        Failure.Kind.UNSTORABLE,
                        "the request was sent, but the database refuses to store its outcome",
                        true);
    }

    /** Starts the thread. */
    public void start() {
        state = State.RUNNING;
        var started = new Thread(this::run, "patient-http-recorder");
        started.setDaemon(true);
        thread = started;
        started.start();
    }

    /** Waits until everything is written; false if it is not at the timeout. */
    public boolean flush(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (unwritten.get() > 0) {
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            Thread.sleep(5);
        }
        return true;
    }

    /**
     * Ends the thread once everything is written, or at the timeout: outcomes that are not written by then are lost, and
     * their requests sent again by who claims them next.
     */
    public void stop(Duration timeout) throws InterruptedException {
        if (!flush(timeout)) {
            log.warn("{} changes could not be written before the stop", unwritten.get());
        }
        state = State.STOPPED;
        var stopped = thread;
        if (stopped != null) {
            stopped.interrupt();
            stopped.join(Math.max(1, timeout.toMillis()));
            thread = null;
        }
        giveUpWhatWaits();
    }

    private void giveUpWhatWaits() {
        var waiting = new ArrayList<Change>();
        changes.drainTo(waiting);
        giveUp(waiting);
    }

    private static void giveUp(List<Change> batch) {
        batch.forEach(change -> change.written().completeExceptionally(new CancellationException("stopped")));
    }

    /** Has it written, with the next transaction; given up if the writer is stopped. */
    void add(Change change) {
        unwritten.incrementAndGet();
        change.written().whenComplete((ok, failed) -> unwritten.decrementAndGet());
        enqueue(change);
    }

    private void enqueue(Change change) {
        changes.add(change);
        if (state == State.STOPPED) {
            giveUpWhatWaits();
        }
    }

    /** Outcomes that were recorded here and are not delivered yet. */
    FreshOutcomes fresh() {
        return fresh;
    }

    /** What is recorded of a request whose outcome cannot be stored. */
    String unstorable() {
        return unstorable;
    }

    private void run() {
        List<Change> batch = List.of();
        try {
            while (state == State.RUNNING) {
                batch = nextBatch();
                if (!batch.isEmpty()) {
                    long begin = System.nanoTime();
                    write(batch);
                    pause(PACE.toNanos() - (System.nanoTime() - begin));
                }
            }
        } catch (InterruptedException e) {
            giveUp(batch); // stop() says what happens to the requests
        }
    }

    private static void pause(long nanos) throws InterruptedException {
        if (nanos > 0) {
            TimeUnit.NANOSECONDS.sleep(nanos);
        }
    }

    private List<Change> nextBatch() throws InterruptedException {
        var batch = new ArrayList<Change>();
        long chars = 0;
        var next = changes.poll(IDLE_POLL.toMillis(), TimeUnit.MILLISECONDS);
        for (; next != null; next = batch.size() < BATCH && chars < BATCH_CHARS ? changes.poll() : null) {
            batch.add(next);
            chars += next instanceof Change.Complete complete
                    ? complete.outcome().length()
                    : 0;
        }
        return batch;
    }

    /** Writes the batch, whatever it takes. A commit whose answer is lost is repeated: it then changes nothing. */
    private void write(List<Change> batch) throws InterruptedException {
        var backoff = FIRST_BACKOFF;
        while (true) {
            try {
                commit(batch);
                return;
            } catch (StorageException e) {
                if (e.reason() == Reason.REFUSED || e.reason() == Reason.FAILED) {
                    isolate(batch, e, e.reason() == Reason.REFUSED);
                    return;
                }
                log.warn("Could not write {} changes: {}. Trying again in {}", batch.size(), e.getMessage(), backoff);
                Thread.sleep(backoff.toMillis());
                var doubled = backoff.multipliedBy(2);
                backoff = doubled.compareTo(LONGEST_BACKOFF) < 0 ? doubled : LONGEST_BACKOFF;
            } catch (Throwable e) { // the thread survives, and what it holds is tried again, one by one in the end
                isolate(batch, e, false);
                return;
            }
        }
    }

    private void isolate(List<Change> batch, Throwable failure, boolean refused) throws InterruptedException {
        if (batch.size() > 1) {
            int half = batch.size() / 2;
            write(List.copyOf(batch.subList(0, half)));
            write(List.copyOf(batch.subList(half, batch.size())));
            return;
        }
        var change = batch.get(0);
        if (refused
                && change instanceof Change.Complete complete
                && !complete.outcome().equals(unstorable)) {
            log.error("The database refuses the outcome of request {}: {}", change.ref(), failure.getMessage());
            write(List.of(
                    new Change.Complete(complete.owner(), complete.fresh().with(unstorable), complete.written())));
            return;
        }
        log.error("Could not write a change of request {}. Trying again in {}", change.ref(), LONGEST_BACKOFF, failure);
        CompletableFuture.delayedExecutor(LONGEST_BACKOFF.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> enqueue(change));
    }

    private void commit(List<Change> batch) {
        var recorded = new ArrayList<Recorded>();
        boolean jobs = transactions.inTransaction(transaction -> {
            var created = changeRows(transaction, batch, recorded);
            callbacks.enqueue(transaction, created);
            var runs = runs(batch);
            if (!runs.isEmpty()) {
                callbacks.remove(transaction, runs);
            }
            return !created.isEmpty();
        });
        remember(batch, recorded);
        if (jobs) {
            callbacks.wake();
        }
        done(batch);
    }

    /** Before the engine is woken: the first run of the callback finds its outcome here. */
    private void remember(List<Change> batch, List<Recorded> recorded) {
        var asGiven = new HashSet<RequestRef>();
        recorded.stream()
                .filter(row -> !row.cancelled())
                .forEach(row -> asGiven.add(row.job().ref()));
        for (var change : batch) {
            if (change instanceof Change.Complete complete && asGiven.contains(complete.ref())) {
                fresh.add(complete.fresh());
            }
        }
    }

    /** A row that is not returned belongs to somebody else by now: its result is discarded. */
    private List<CallbackJob> changeRows(Transaction transaction, List<Change> batch, List<Recorded> recorded) {
        var completions = new LinkedHashMap<UUID, List<Completion>>();
        var releases = new LinkedHashMap<Delayed, List<RequestRef>>();
        var removals = new ArrayList<RequestRef>();
        for (var change : batch) {
            if (change instanceof Change.Complete complete) {
                completions
                        .computeIfAbsent(complete.owner(), owner -> new ArrayList<>())
                        .add(new Completion(complete.ref(), complete.outcome()));
            } else if (change instanceof Change.Release release) {
                releases.computeIfAbsent(new Delayed(release.owner(), release.delay()), key -> new ArrayList<>())
                        .add(release.ref());
            } else if (change instanceof Change.Remove remove && remove.row()) {
                removals.add(remove.ref());
            }
        }
        var jobs = new ArrayList<CallbackJob>();
        completions.forEach((owner, done) -> recorded.addAll(store.complete(transaction, owner, done)));
        recorded.forEach(row -> jobs.add(row.job()));
        releases.forEach((key, refs) -> jobs.addAll(store.release(transaction, key.owner, refs, key.delay)));
        if (!removals.isEmpty()) {
            store.remove(transaction, removals);
        }
        return jobs;
    }

    private static List<CallbackRun> runs(List<Change> batch) {
        var runs = new ArrayList<CallbackRun>();
        for (var change : batch) {
            if (change instanceof Change.Remove remove) {
                runs.add(remove.run());
            }
        }
        return runs;
    }

    private static void done(List<Change> batch) {
        batch.forEach(change -> change.written().complete(null));
    }

    private record Delayed(UUID owner, Duration delay) {}

    private enum State {
        RUNNING,
        STOPPED
    }
}
