package io.patienthttp.internal.deliver;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets many threads share one call to the database: each brings an item and waits; whoever gets the lock runs the batch
 * for all that wait by then. No thread of its own, no lingering.
 */
final class Combiner<I, O> {

    private static final int BATCH = 500;

    private final Function<List<I>, Function<I, O>> batch;
    private final Queue<Waiting<I, O>> queue = new ConcurrentLinkedQueue<>();
    private final ReentrantLock lock = new ReentrantLock();

    /** A combiner that runs the given call, which returns how to find the result of each item. */
    Combiner(Function<List<I>, Function<I, O>> batch) {
        this.batch = batch;
    }

    /** Has the item processed, together with others; throws what the call threw. */
    O submit(I item) {
        var mine = new Waiting<I, O>(item);
        queue.add(mine);
        while (true) {
            lock.lock();
            try {
                if (mine.done) {
                    return mine.result();
                }
                run();
            } finally {
                lock.unlock();
            }
        }
    }

    /** How many items wait for the next batch. */
    int waiting() {
        return queue.size();
    }

    private void run() {
        var waiting = new ArrayList<Waiting<I, O>>();
        for (var next = queue.poll(); next != null; next = waiting.size() < BATCH ? queue.poll() : null) {
            waiting.add(next);
        }
        try {
            var results = batch.apply(waiting.stream().map(w -> w.item).toList());
            waiting.forEach(w -> w.result = results.apply(w.item));
        } catch (RuntimeException e) {
            waiting.forEach(w -> w.failure = e);
        } finally {
            waiting.forEach(w -> w.done = true);
        }
    }

    /** One item. All fields are guarded by the lock. */
    private static final class Waiting<I, O> {

        private final I item;
        private @Nullable O result;
        private @Nullable RuntimeException failure;
        private boolean done;

        Waiting(I item) {
            this.item = item;
        }

        @SuppressWarnings("NullAway") // set by the batch
        O result() {
            if (failure != null) {
                throw failure;
            }
            return result;
        }
    }
}
