package io.patienthttp.internal.deliver;

import io.patienthttp.DeadLetter;
import io.patienthttp.Failure;
import io.patienthttp.internal.observe.Events;
import io.patienthttp.internal.wire.MemoryGate;
import io.patienthttp.internal.wire.RowReader;
import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.Recorded;
import io.patienthttp.spi.RequestStore.StoredOutcome;
import io.patienthttp.spi.Transaction;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells listeners what became of requests, once it is committed. Does nothing where nobody listens. */
public final class Announcer {

    private final RequestStore store;
    private final Outcomes outcomes;
    private final Events events;

    /** An announcer that reads what the store recorded by itself. */
    public Announcer(RequestStore store, RowReader reader, Events events) {
        this.store = store;
        this.outcomes = new Outcomes(store, reader, new MemoryGate(1)); // what the store makes is small
        this.events = events;
    }

    /** Where it tells. */
    public Events events() {
        return events;
    }

    /**
     * The transaction completed these rows with outcomes that the store made: CANCELLED, RECOVERY_EXHAUSTED. To be
     * called within it; what is told is read on the thread that tells it.
     */
    public void recordedByStore(Transaction transaction, Collection<CallbackJob> jobs) {
        if (!events.isHeard()) {
            return;
        }
        for (var job : jobs) {
            store.lockOutcome(transaction, job.ref().id())
                    .ifPresent(stored -> transaction.afterCommit(() -> tellLater(stored)));
        }
    }

    private void tellLater(StoredOutcome stored) {
        var id = stored.ref().id().toString();
        var failure = new Once<>(() -> outcomes.readForListeners(stored));
        events.tell(listener -> {
            if (failure.get() instanceof Failure read) {
                listener.onFailed(id, read);
            }
        });
    }

    /**
     * The transaction wrote the batch, and made jobs for the rows that completed. An outcome that has none was recorded
     * by a commit whose answer was lost, or belongs to another process by now: nothing is told of it.
     */
    void written(Transaction transaction, List<Change> batch, List<Recorded> recorded, List<CallbackJob> jobs) {
        if (!events.isHeard()) {
            return;
        }
        var byStore = new HashMap<RequestRef, CallbackJob>();
        jobs.forEach(job -> byStore.put(job.ref(), job));
        var cancelled = new HashSet<RequestRef>();
        recorded.stream()
                .filter(Recorded::cancelled)
                .forEach(row -> cancelled.add(row.job().ref()));
        for (var change : batch) {
            var ref = change.ref();
            if (change instanceof Change.Complete complete) {
                var given = complete.given();
                if (given != null && !cancelled.contains(ref) && byStore.remove(ref) != null) {
                    transaction.afterCommit(() -> events.tellRecorded(given));
                }
            } else if (change instanceof Change.Release && !byStore.containsKey(ref)) {
                transaction.afterCommit(() -> released(ref));
            }
        }
        recordedByStore(transaction, byStore.values());
    }

    private void released(RequestRef ref) {
        events.tell(listener -> listener.onReleased(ref.id().toString()));
    }

    /** The process has let go of these, but for those that completed. */
    public void released(Collection<RequestRef> refs, Collection<CallbackJob> completed) {
        var done = new HashSet<RequestRef>();
        completed.forEach(job -> done.add(job.ref()));
        refs.stream().filter(ref -> !done.contains(ref)).forEach(this::released);
    }

    /** The callback succeeded, and its row is removed. */
    void delivered(RequestRef ref, Duration duration) {
        if (events.isHeard()) {
            events.tell(listener -> listener.onDelivered(ref.id().toString(), duration));
        }
    }

    /** The callback failed, and the engine is about to note when it runs again. */
    void retried(RequestRef ref, int run, Duration duration, Duration backoff) {
        if (events.isHeard()) {
            events.tell(listener -> listener.onRetried(ref.id().toString(), run, duration, backoff));
        }
    }

    /** The transaction made the request dead. To be called within it. */
    public void dead(Transaction transaction, RequestRef ref, int runs, String lastError) {
        if (!events.isHeard()) {
            return;
        }
        store.lockOutcome(transaction, ref.id()).ifPresent(row -> {
            var letter = new DeadLetter(ref.id().toString(), row.callback(), runs, lastError);
            transaction.afterCommit(() -> events.tell(listener -> listener.onDead(letter)));
        });
    }

    /** A value that is made when it is asked for, once. */
    private static final class Once<T> implements Supplier<T> {

        private final Supplier<T> make;
        private @Nullable T value; // guarded by this

        Once(Supplier<T> make) {
            this.make = make;
        }

        @Override
        public synchronized T get() {
            var made = value;
            if (made == null) {
                made = make.get();
                value = made;
            }
            return made;
        }
    }
}
