package io.patienthttp.internal.deliver;

import io.patienthttp.StorageException;
import io.patienthttp.StorageException.Reason;
import io.patienthttp.internal.wire.FixedOutcomes;
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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes changes, many in one transaction: whatever came while the last one committed. For one thread, {@link
 * RecorderThread}; changes are added by all. While the database is away it holds them and tries again. A change that fails for another reason is isolated
 * by halving the batch, so that the others commit: an outcome that the database refuses completes as UNSTORABLE, anything
 * else is set aside and tried again alone.
 */
public final class GroupCommit {

    private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);

    private static final int BATCH = 1000;

    /** A transaction takes no more outcomes once it has this many characters of them. */
    private static final int BATCH_CHARS = 8 << 20;

    private static final Duration FIRST_BACKOFF = Duration.ofMillis(100);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(5);

    private final RequestStore store;
    private final Transactions transactions;
    private final CallbackQueue callbacks;
    private final Announcer announcer;
    private final FreshOutcomes fresh;
    private final Waits waits;
    private final BlockingQueue<Change> changes = new LinkedBlockingQueue<>();
    private final AtomicInteger unwritten = new AtomicInteger();
    private final Deque<List<Change>> inHand = new ArrayDeque<>(); // used by the thread alone
    private Duration backoff = FIRST_BACKOFF; // used by the thread alone
    private volatile boolean open;

    /**
     * A writer that is closed.
     *
     * @param freshSize how many bytes of recorded outcomes are kept for callbacks that run in this process
     * @param waits how changes that were set aside, and who asked for a change, wait
     */
    public GroupCommit(
            RequestStore store,
            Transactions transactions,
            CallbackQueue callbacks,
            Announcer announcer,
            long freshSize,
            Waits waits) {
        this.fresh = new FreshOutcomes(freshSize, waits::nanoTime);
        this.store = store;
        this.transactions = transactions;
        this.callbacks = callbacks;
        this.announcer = announcer;
        this.waits = waits;
    }

    /** Takes changes from now on. */
    public void open() {
        open = true;
    }

    /** Whether it takes changes. */
    public boolean isOpen() {
        return open;
    }

    /** Takes no more changes. */
    public void close() {
        open = false;
    }

    /** How many changes are not written yet. */
    public int unwritten() {
        return unwritten.get();
    }

    /** Gives up what waits and is not in hand. */
    public void giveUpWhatWaits() {
        var waiting = new ArrayList<Change>();
        changes.drainTo(waiting);
        giveUp(waiting);
    }

    /** Gives up what is in hand. */
    public void giveUpInHand() {
        inHand.forEach(GroupCommit::giveUp);
        inHand.clear();
    }

    private static void giveUp(List<Change> batch) {
        batch.forEach(change -> change.written().completeExceptionally(new CancellationException("stopped")));
    }

    /** A change that counts as unwritten from now on, to be given to {@link #add}; completes once it is written. */
    CompletableFuture<Void> expect() {
        var written = new CompletableFuture<Void>();
        unwritten.incrementAndGet();
        written.whenComplete((ok, failed) -> unwritten.decrementAndGet());
        return written;
    }

    /** Has it written, with the next transaction; given up if the writer is closed. */
    void add(Change change) {
        changes.add(change);
        if (!open) {
            giveUpWhatWaits();
        }
    }

    /** How time passes. */
    Waits waits() {
        return waits;
    }

    /** Outcomes that were recorded here and are not delivered yet. */
    FreshOutcomes fresh() {
        return fresh;
    }

    /** Takes what waits into hand, as much as one transaction holds; waits for the first one up to the timeout; how many. */
    public int take(Duration timeout) throws InterruptedException {
        var batch = new ArrayList<Change>();
        long chars = 0;
        var next = changes.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
        for (; next != null; next = batch.size() < BATCH && chars < BATCH_CHARS ? changes.poll() : null) {
            batch.add(next);
            chars += next instanceof Change.Complete complete
                    ? complete.outcome().text().length()
                    : 0;
        }
        if (!batch.isEmpty()) {
            inHand.add(batch);
        }
        return batch.size();
    }

    /** Whether something is in hand. */
    public boolean hasInHand() {
        return !inHand.isEmpty();
    }

    /**
     * Tries once to write the first batch in hand, which stays there unless it was written or isolated. A commit whose
     * answer is lost is repeated: it then changes nothing.
     *
     * @return how long to wait before the next try; zero unless the database, or another transaction, was in the way
     */
    public Duration write() {
        var batch = inHand.remove().stream().map(this::inTime).toList();
        inHand.push(batch);
        try {
            commit(batch);
            inHand.remove();
        } catch (StorageException e) {
            if (e.reason() != Reason.REFUSED && e.reason() != Reason.FAILED) {
                return later(batch, e);
            }
            inHand.remove();
            isolate(batch, e, e.reason() == Reason.REFUSED);
        } catch (Throwable e) { // the thread survives, and what it holds is tried again, one by one in the end
            inHand.remove();
            isolate(batch, e, false);
        }
        backoff = FIRST_BACKOFF;
        return Duration.ZERO;
    }

    /** An outcome whose payload may be swept before a row refers to it goes into its row. */
    private Change inTime(Change change) {
        if (change instanceof Change.Complete complete) {
            var payload = complete.payload();
            if (payload != null && waits.nanoTime() - payload.lastUse() >= 0) {
                log.warn(
                        "The outcome of request {} waited too long for its payload; it goes into its row",
                        change.ref());
                return complete.inRow(payload.inRow().get());
            }
        }
        return change;
    }

    private Duration later(List<Change> batch, StorageException e) {
        var wait = backoff;
        log.warn("Could not write {} changes: {}. Trying again in {}", batch.size(), e.getMessage(), wait);
        var doubled = wait.multipliedBy(2);
        backoff = doubled.compareTo(LONGEST_BACKOFF) < 0 ? doubled : LONGEST_BACKOFF;
        return wait;
    }

    private void isolate(List<Change> batch, Throwable failure, boolean refused) {
        if (batch.size() > 1) {
            int half = batch.size() / 2;
            inHand.push(List.copyOf(batch.subList(half, batch.size())));
            inHand.push(List.copyOf(batch.subList(0, half)));
            return;
        }
        var change = batch.get(0);
        if (refused
                && change instanceof Change.Complete complete
                && !complete.outcome().text().equals(FixedOutcomes.UNSTORABLE)) {
            log.error("The database refuses the outcome of request {}: {}", change.ref(), failure.getMessage());
            inHand.push(List.of(complete.fixed(FixedOutcomes.UNSTORABLE)));
            return;
        }
        log.error("Could not write a change of request {}. Trying again in {}", change.ref(), LONGEST_BACKOFF, failure);
        waits.later(LONGEST_BACKOFF, () -> add(change));
    }

    private void commit(List<Change> batch) {
        var recorded = new ArrayList<Recorded>();
        boolean jobs = transactions.inTransaction(transaction -> {
            var created = changeRows(transaction, batch, recorded);
            callbacks.enqueue(transaction, created);
            announcer.written(transaction, batch, recorded, created);
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
                fresh.add(complete.fresh(), complete.given());
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
                        .add(new Completion(complete.ref(), complete.fresh().format(), complete.outcome()));
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
}
