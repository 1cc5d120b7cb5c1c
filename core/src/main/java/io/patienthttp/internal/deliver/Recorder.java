package io.patienthttp.internal.deliver;

import io.patienthttp.Failure;
import io.patienthttp.Outcome;
import io.patienthttp.RejectedFailure;
import io.patienthttp.StorageException;
import io.patienthttp.StorageException.Reason;
import io.patienthttp.internal.claim.ClaimedTask;
import io.patienthttp.internal.claim.UnusableRows;
import io.patienthttp.internal.wire.OutcomeCodec;
import io.patienthttp.processor.TaskHandler;
import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.ClaimedRequest;
import io.patienthttp.spi.RequestStore.Completion;
import io.patienthttp.spi.Transaction;
import io.patienthttp.spi.Transactions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread {@code patient-http-recorder}: writes what became of tasks, outcomes and releases, many in one transaction
 * (whatever came while the last one committed), each outcome together with its callback job. While the database is away
 * it holds them and tries again; an outcome that the database refuses is isolated by halving the batch, and completes as
 * UNSTORABLE.
 */
public final class Recorder implements TaskHandler<ClaimedTask>, UnusableRows {

    private static final Logger log = LoggerFactory.getLogger(Recorder.class);

    private static final int BATCH = 1000;
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(100);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(5);

    /** How long a request waits for a node that has what it needs. */
    private static final Duration ELSEWHERE = Duration.ofSeconds(30);

    private final RequestStore store;
    private final Transactions transactions;
    private final CallbackQueue callbacks;
    private final Duration unresolvedTimeout;
    private final OutcomeCodec codec = new OutcomeCodec();
    private final BlockingQueue<Entry> entries = new LinkedBlockingQueue<>();
    private volatile boolean stopping;
    private volatile @Nullable Thread thread;

    /**
     * A recorder that is stopped.
     *
     * @param unresolvedTimeout how long a request may miss a secret or preprocessor before it fails
     */
    public Recorder(
            RequestStore store, Transactions transactions, CallbackQueue callbacks, Duration unresolvedTimeout) {
        this.store = store;
        this.transactions = transactions;
        this.callbacks = callbacks;
        this.unresolvedTimeout = unresolvedTimeout;
    }

    /** Starts the thread. */
    public void start() {
        stopping = false;
        var started = new Thread(this::run, "patient-http-recorder");
        started.setDaemon(true);
        thread = started;
        started.start();
    }

    /**
     * Ends the thread once everything is written, or at the timeout: what is not written by then is sent again by who
     * claims it next.
     */
    public void stop(Duration timeout) throws InterruptedException {
        stopping = true;
        var stopped = thread;
        if (stopped != null) {
            stopped.join(Math.max(1, timeout.toMillis()));
            if (stopped.isAlive()) {
                log.warn(
                        "{} outcomes could not be recorded before the stop; their requests will be sent again",
                        entries.size());
                stopped.interrupt();
                stopped.join(Math.max(1, timeout.toMillis()));
            }
        }
        entries.clear();
        thread = null;
    }

    @Override
    public CompletionStage<?> completed(ClaimedTask task, Outcome outcome) {
        return add(new Entry(task.owner(), task.ref(), write(task, outcome), Duration.ZERO));
    }

    @Override
    public CompletionStage<?> released(ClaimedTask task) {
        return add(new Entry(task.owner(), task.ref(), null, Duration.ZERO));
    }

    @Override
    public CompletionStage<?> unprepared(ClaimedTask task, RejectedFailure failure) {
        if (task.overdue().compareTo(unresolvedTimeout) >= 0) {
            return completed(task, failure);
        }
        log.warn("Request {} waits {} for a node that can prepare it: {}", task.id(), ELSEWHERE, failure.message());
        return add(new Entry(task.owner(), task.ref(), null, ELSEWHERE));
    }

    @Override
    public void tooNew(UUID owner, ClaimedRequest row) {
        log.warn(
                "Request {} is stored in format {}, which a newer version wrote; leaving it {} for a node that reads it",
                row.ref().id(),
                row.stored().format(),
                ELSEWHERE);
        add(new Entry(owner, row.ref(), null, ELSEWHERE));
    }

    @Override
    public void unreadable(UUID owner, ClaimedRequest row, RuntimeException cause) {
        log.error(
                "Request {} cannot be read: {}",
                row.ref().id(),
                cause.getClass().getName());
        var message = "the stored request cannot be read";
        add(new Entry(owner, row.ref(), codec.writeRejected(Failure.Kind.UNREADABLE, message, false), Duration.ZERO));
    }

    @Override
    public void unwanted(UUID owner, ClaimedRequest row) {
        add(new Entry(owner, row.ref(), null, Duration.ZERO));
    }

    private String write(ClaimedTask task, Outcome outcome) {
        try {
            return codec.write(outcome);
        } catch (RuntimeException e) {
            log.error("The outcome of request {} cannot be written", task.id(), e);
            return unstorable();
        }
    }

    private String unstorable() {
        return codec.writeRejected(
                Failure.Kind.UNSTORABLE, "the request was sent, but the database refuses to store its outcome", true);
    }

    private CompletionStage<?> add(Entry entry) {
        entries.add(entry);
        return entry.recorded;
    }

    private void run() {
        var batch = new ArrayList<Entry>();
        while (!Thread.currentThread().isInterrupted()) {
            try {
                var first = entries.poll(100, TimeUnit.MILLISECONDS);
                if (first == null) {
                    if (stopping) {
                        return;
                    }
                    continue;
                }
                batch.add(first);
                entries.drainTo(batch, BATCH - 1);
                record(batch);
            } catch (InterruptedException e) {
                return; // stop() says what happens to the requests
            } catch (Throwable e) {
                log.error("Unexpected failure; {} requests stay in flight until they are reconciled", batch.size(), e);
                batch.forEach(Entry::done);
            } finally {
                batch.clear();
            }
        }
    }

    /** Writes the batch, whatever it takes. */
    private void record(List<Entry> batch) throws InterruptedException {
        var backoff = FIRST_BACKOFF;
        while (true) {
            try {
                write(batch);
                return;
            } catch (StorageException e) {
                if (e.reason() == Reason.REFUSED) {
                    isolate(batch, e);
                    return;
                }
                log.warn("Could not record {} outcomes: {}. Trying again in {}", batch.size(), e.getMessage(), backoff);
                Thread.sleep(backoff.toMillis());
                backoff = backoff.multipliedBy(2).compareTo(LONGEST_BACKOFF) < 0
                        ? backoff.multipliedBy(2)
                        : LONGEST_BACKOFF;
            }
        }
    }

    private void isolate(List<Entry> batch, StorageException refusal) throws InterruptedException {
        if (batch.size() > 1) {
            int half = batch.size() / 2;
            record(List.copyOf(batch.subList(0, half)));
            record(List.copyOf(batch.subList(half, batch.size())));
            return;
        }
        var entry = batch.get(0);
        if (entry.outcome == null || entry.outcome.equals(unstorable())) {
            log.error(
                    "The database refuses to change request {}; it stays in flight until it is reconciled",
                    entry.ref,
                    refusal);
            entry.done();
            return;
        }
        log.error(
                "The database refuses the outcome of request {}, which completes as UNSTORABLE: {}",
                entry.ref,
                refusal.getMessage());
        record(List.of(entry.withOutcome(unstorable())));
    }

    private void write(List<Entry> batch) {
        boolean jobs = transactions.inTransaction(transaction -> {
            var created = change(transaction, batch);
            callbacks.enqueue(transaction, created);
            return !created.isEmpty();
        });
        if (jobs) {
            callbacks.wake();
        }
        batch.forEach(Entry::done);
    }

    /** A row that is not returned belongs to somebody else by now: its result is discarded. */
    private List<CallbackJob> change(Transaction transaction, List<Entry> batch) {
        var completions = new LinkedHashMap<UUID, List<Completion>>();
        var releases = new LinkedHashMap<Release, List<RequestRef>>();
        for (var entry : batch) {
            if (entry.outcome != null) {
                completions
                        .computeIfAbsent(entry.owner, owner -> new ArrayList<>())
                        .add(new Completion(entry.ref, entry.outcome));
            } else {
                releases.computeIfAbsent(new Release(entry.owner, entry.delay), release -> new ArrayList<>())
                        .add(entry.ref);
            }
        }
        var jobs = new ArrayList<CallbackJob>();
        completions.forEach((owner, done) -> jobs.addAll(store.complete(transaction, owner, done)));
        releases.forEach(
                (release, refs) -> jobs.addAll(store.release(transaction, release.owner, refs, release.delay)));
        return jobs;
    }

    private record Release(UUID owner, Duration delay) {}

    /** What is to be written of one row: an outcome, or that it is released. */
    private static final class Entry {

        private final UUID owner;
        private final RequestRef ref;
        private final @Nullable String outcome;
        private final Duration delay;
        private final CompletableFuture<Void> recorded;

        Entry(UUID owner, RequestRef ref, @Nullable String outcome, Duration delay) {
            this(owner, ref, outcome, delay, new CompletableFuture<>());
        }

        private Entry(
                UUID owner,
                RequestRef ref,
                @Nullable String outcome,
                Duration delay,
                CompletableFuture<Void> recorded) {
            this.owner = owner;
            this.ref = ref;
            this.outcome = outcome;
            this.delay = delay;
            this.recorded = recorded;
        }

        Entry withOutcome(String other) {
            return new Entry(owner, ref, other, delay, recorded);
        }

        void done() {
            recorded.complete(null);
        }
    }
}
