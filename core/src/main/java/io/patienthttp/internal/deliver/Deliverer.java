package io.patienthttp.internal.deliver;

import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.Outcome;
import io.patienthttp.RequestState;
import io.patienthttp.Response;
import io.patienthttp.StorageException;
import io.patienthttp.internal.deliver.Outcomes.Busy;
import io.patienthttp.internal.observe.LoggedRequest;
import io.patienthttp.internal.observe.Traces;
import io.patienthttp.internal.wire.MemoryGate;
import io.patienthttp.internal.wire.RowReader;
import io.patienthttp.internal.wire.UnreadableException;
import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.CallbackResolver;
import io.patienthttp.spi.CallbackRun;
import io.patienthttp.spi.CallbackRunner;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.StoredOutcome;
import io.patienthttp.spi.Transactions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs callbacks, on the engine's threads. With transactional delivery the callback's effects and the removal of the row
 * are one transaction: it takes effect exactly once. Otherwise no lock is held while it runs, and the row is removed
 * after it: at least once. Rows and jobs are removed many at a time.
 */
public final class Deliverer implements CallbackRunner {

    private static final Logger log = LoggerFactory.getLogger(Deliverer.class);

    private static final Result FINISHED = new Result.Finished();

    private static final Runnable NOTHING = () -> {};

    /** After something that is nobody's fault: a lock that was not free, a database that was away. */
    private static final Duration SOON = Duration.ofSeconds(2);

    /** How long an outcome is left for a node that knows its callback, before it is looked at again. */
    private static final Duration ELSEWHERE = Duration.ofSeconds(30);

    private final RequestStore store;
    private final Application application;
    private final DeliverySettings settings;
    private final Outcomes outcomes;
    private final GroupCommit commits;
    private final Removals removals;
    private final DeadLetters deadLetters;
    private final Combiner<UUID, Optional<StoredOutcome>> reads;
    private final LongAdder unresolved = new LongAdder();

    /**
     * A deliverer on the store, the engine and what the application registered.
     *
     * @param memory in which large outcomes are read and delivered
     */
    public Deliverer(
            RequestStore store,
            Transactions ownTransactions,
            CallbackQueue queue,
            RowReader reader,
            MemoryGate memory,
            GroupCommit commits,
            Application application,
            DeliverySettings settings) {
        this.store = store;
        this.application = application;
        this.settings = settings;
        this.outcomes = new Outcomes(store, reader, memory);
        this.commits = commits;
        this.removals = new Removals(commits);
        this.deadLetters = new DeadLetters(store, ownTransactions, queue, application.announcer());
        this.reads = new Combiner<>(ids -> {
            var found = store.outcomes(ids);
            return id -> Optional.ofNullable(found.get(id));
        });
    }

    /**
     * What the application gave.
     *
     * @param transactions in which callbacks run, if delivery is transactional
     * @param callbacks the registered callbacks
     * @param announcer tells listeners what became of callbacks
     * @param traces in which callbacks run
     */
    public record Application(
            Transactions transactions, CallbackResolver callbacks, Announcer announcer, Traces traces) {}

    @Override
    public Result run(CallbackRun run) {
        try {
            if (run.failures() >= settings.maxAttempts()) {
                return deadLetters.add(run, run.failures(), "its last run died with its process", SOON);
            }
            return settings.transactional() ? runTransactional(run) : runAtLeastOnce(run);
        } catch (CallbackFailed e) {
            return failed(run, e.getCause(), e.duration);
        } catch (CannotRead e) {
            return elsewhere(run, e.unreadable);
        } catch (UnreadableException e) {
            return elsewhere(run, e);
        } catch (Busy e) {
            log.debug("Delivery of request {} waits {} for {}", run.ref(), SOON, e.getMessage());
            return new Result.Later(SOON);
        } catch (StorageException | OutOfMemoryError e) { // the latter was not thrown by the callback
            log.warn("Delivery of request {} waits {}: {}", run.ref(), SOON, e.getMessage());
            return new Result.Later(SOON);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the engine stops; the job is removed or runs again later
            return FINISHED;
        } catch (Throwable e) { // the engine runs the job again
            return failed(run, e, Duration.ZERO);
        }
    }

    @Override
    public void flush() throws InterruptedException {
        removals.flush();
    }

    /** How often an outcome was left to a node that knows its callback, or can read it. */
    public long unresolved() {
        return unresolved.sum();
    }

    private Result elsewhere(CallbackRun run, UnreadableException e) {
        unresolved.increment();
        log.warn(
                "The outcome of request {} is left {}, because it cannot be read here now: {}",
                run.ref(),
                ELSEWHERE,
                e.getMessage());
        return new Result.Later(ELSEWHERE);
    }

    /** An outcome that is large or elsewhere is read before the row is locked, and the row looked at again. */
    private Result runTransactional(CallbackRun run) throws InterruptedException, UnreadableException, Busy {
        var decision = inTransaction(run, known(run));
        while (decision instanceof Decision.Read read) {
            var permit = outcomes.permit(read.outcome());
            try {
                var outcome = outcomes.read(read.outcome());
                permit.settle();
                decision = inTransaction(run, new Prepared(read.outcome().ref(), outcome));
            } finally {
                permit.close();
            }
        }
        return follow(run, decision);
    }

    private @Nullable Prepared known(CallbackRun run) {
        return commits.fresh()
                .take(run.ref())
                .map(FreshOutcomes.Kept::outcome)
                .map(outcome -> new Prepared(run.ref(), outcome))
                .orElse(null);
    }

    private Decision inTransaction(CallbackRun run, @Nullable Prepared prepared) {
        return application.transactions().inTransaction(transaction -> {
            var checked =
                    check(run.ref(), store.lockOutcome(transaction, run.ref().id()));
            if (!(checked instanceof Decision.Call call && call.callback().transactional())) {
                return checked;
            }
            Duration duration;
            if (prepared != null && prepared.ref().equals(call.outcome().ref())) {
                duration = run(call, prepared.outcome());
            } else if (outcomes.isAtHand(call.outcome())) {
                duration = run(call, atHand(call.outcome()));
            } else {
                return new Decision.Read(call.outcome());
            }
            store.remove(transaction, List.of(run.ref()));
            return new Decision.Delivered(duration);
        });
    }

    private Outcome atHand(StoredOutcome stored) {
        try {
            return outcomes.readAtHand(stored);
        } catch (UnreadableException e) {
            throw new CannotRead(e);
        }
    }

    private Result runAtLeastOnce(CallbackRun run) throws InterruptedException, UnreadableException, Busy {
        var ref = run.ref();
        var fresh = commits.fresh().take(ref);
        if (fresh.isEmpty()) {
            return follow(run, check(ref, reads.submit(ref.id())));
        }
        var decision = check(ref, fresh.map(FreshOutcomes.Kept::row));
        var outcome = fresh.get().outcome();
        return outcome != null && decision instanceof Decision.Call call
                ? delivered(run, run(call, outcome))
                : follow(run, decision);
    }

    private Result delivered(CallbackRun run, Duration duration) throws InterruptedException {
        removals.remove(run, true, () -> application.announcer().delivered(run.ref(), duration));
        return FINISHED;
    }

    private Result follow(CallbackRun run, Decision decision) throws InterruptedException, UnreadableException, Busy {
        if (decision instanceof Decision.Call call) {
            Duration duration;
            var permit = outcomes.permit(call.outcome());
            try {
                var outcome = outcomes.read(call.outcome());
                permit.settle();
                duration = run(call, outcome);
            } finally {
                permit.close();
            }
            return delivered(run, duration);
        }
        if (decision instanceof Decision.Delivered delivered) {
            application.announcer().delivered(run.ref(), delivered.duration());
            removals.remove(run, false, NOTHING);
            return FINISHED;
        }
        if (decision instanceof Decision.GiveUp giveUp) {
            return deadLetters.add(run, run.failures(), giveUp.because(), ELSEWHERE);
        }
        var result = ((Decision.Answer) decision).result();
        if (result instanceof Result.Finished) {
            removals.remove(run, false, NOTHING);
        }
        return result;
    }

    /** What is to be done, by the row as it is now: under the lock, if delivery is transactional. */
    private Decision check(RequestRef ref, Optional<StoredOutcome> found) {
        if (found.isEmpty()
                || found.get().state() == RequestState.DEAD
                || found.get().ref().epoch() != ref.epoch()) {
            log.debug("Nothing to deliver for {}: it was delivered, or is dead, or in another epoch", ref);
            return new Decision.Answer(FINISHED);
        }
        var outcome = found.get();
        if (outcome.state() != RequestState.COMPLETED) {
            throw new IllegalStateException("request " + ref + " has a callback job but is " + outcome.state());
        }
        return application
                .callbacks()
                .byName(outcome.callback())
                .<Decision>map(callback -> new Decision.Call(callback, outcome))
                .orElseGet(() -> unknownCallback(outcome));
    }

    private Decision unknownCallback(StoredOutcome outcome) {
        if (outcome.age().compareTo(settings.unresolvedTimeout()) >= 0) {
            return new Decision.GiveUp(
                    "no node knew the callback " + outcome.callback() + " for " + settings.unresolvedTimeout());
        }
        unresolved.increment();
        log.warn(
                "Request {} is left {} for a node that knows the callback {}; this one knows {}",
                outcome.ref(),
                ELSEWHERE,
                outcome.callback(),
                application.callbacks().names());
        return new Decision.Answer(new Result.Later(ELSEWHERE));
    }

    /** Returns how long it took. */
    private Duration run(Decision.Call call, Outcome outcome) {
        long begin = System.nanoTime();
        Throwable failure = null;
        try (var logged = new LoggedRequest(outcome.requestId())) {
            var span =
                    application.traces().startCallback(outcome, call.outcome().traceContext());
            failure = failureOf(call.callback(), outcome);
            span.end(failure);
        }
        var duration = Duration.ofNanos(System.nanoTime() - begin);
        if (failure != null) {
            throw new CallbackFailed(failure, duration);
        }
        return duration;
    }

    private static @Nullable Throwable failureOf(Callback callback, Outcome outcome) {
        try {
            if (outcome instanceof Response response) {
                callback.onComplete(response);
            } else if (outcome instanceof Failure failure) {
                callback.onError(failure);
            }
            return null;
        } catch (Throwable e) { // user code: whatever it throws is a failure of this run
            return e;
        }
    }

    private Result failed(CallbackRun run, Throwable cause, Duration duration) {
        if (isConflict(cause)) {
            log.info(
                    "The callback of request {} met a conflict in the database; running it again in {}",
                    run.ref(),
                    SOON);
            return new Result.Later(SOON);
        }
        int failures = run.failures() + 1;
        if (failures >= settings.maxAttempts()) {
            log.error("The callback of request {} failed {} times; the request is dead", run.ref(), failures, cause);
            return deadLetters.add(run, failures, DeadLetters.describe(cause), SOON);
        }
        var delay = settings.backoff(failures);
        log.warn(
                "The callback of request {} failed, {} of {}; running it again in {}",
                run.ref(),
                failures,
                settings.maxAttempts(),
                delay,
                cause);
        application.announcer().retried(run.ref(), failures, duration, delay);
        return new Result.Failed(cause, delay);
    }

    /** Whether another transaction was in the way of the callback's: 40001 or 40P01. */
    private static boolean isConflict(Throwable thrown) {
        for (var cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql
                    && ("40001".equals(sql.getSQLState()) || "40P01".equals(sql.getSQLState()))) {
                return true;
            }
        }
        return false;
    }

    /** What is to be done with a job. */
    private sealed interface Decision {

        /** Call the callback with the outcome. */
        record Call(Callback callback, StoredOutcome outcome) implements Decision {}

        /** Read the outcome first, without a lock. */
        record Read(StoredOutcome outcome) implements Decision {}

        /** It was called, and the row is removed. */
        record Delivered(Duration duration) implements Decision {}

        /** Nothing is called. */
        record Answer(Result result) implements Decision {}

        /** Nobody will ever be able to call the callback. */
        record GiveUp(String because) implements Decision {}
    }

    /** An outcome that is known before its row is locked. An epoch has at most one. */
    private record Prepared(RequestRef ref, Outcome outcome) {}

    /** An outcome cannot be read by this process, so that the transaction rolls back. */
    private static final class CannotRead extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final UnreadableException unreadable;

        CannotRead(UnreadableException unreadable) {
            super(unreadable);
            this.unreadable = unreadable;
        }
    }

    /** What user code threw, so that its transaction rolls back. */
    private static final class CallbackFailed extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final Duration duration;

        CallbackFailed(Throwable cause, Duration duration) {
            super(cause);
            this.duration = duration;
        }

        @Override
        public synchronized Throwable getCause() {
            return Objects.requireNonNull(super.getCause());
        }
    }
}
