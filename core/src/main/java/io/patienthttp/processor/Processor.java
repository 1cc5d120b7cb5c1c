package io.patienthttp.processor;

import io.patienthttp.CapacityException;
import io.patienthttp.Failure;
import io.patienthttp.LifecycleState;
import io.patienthttp.Listener;
import io.patienthttp.NotRunningException;
import io.patienthttp.Outcome;
import io.patienthttp.RejectedFailure;
import io.patienthttp.Request;
import io.patienthttp.internal.observe.Events;
import io.patienthttp.spi.Sending;
import io.patienthttp.spi.Sent;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bounded set of tasks in flight. Each is sent without holding a thread; its outcome goes to the handler, and its slot
 * is free once the handler is done with it. Safe for all threads; may be started again after it stopped.
 *
 * @param <T> the tasks
 */
public final class Processor<T extends Task> {

    private static final Logger log = LoggerFactory.getLogger(Processor.class);

    private final Function<T, Sending> sender;
    private final TaskHandler<T> handler;
    private final int capacity;
    private final Runnable onRoom;
    private final Events events = Events.queued();
    private final Set<Entry<T>> entries = ConcurrentHashMap.newKeySet();
    private final Object lock = new Object();
    private LifecycleState state = LifecycleState.STOPPED; // guarded by lock

    /**
     * A processor that is stopped.
     *
     * @param sender starts to send a task; must not block
     * @param capacity how many tasks it holds at most
     * @param onRoom runs whenever a slot becomes free
     */
    public Processor(Function<T, Sending> sender, TaskHandler<T> handler, int capacity, Runnable onRoom) {
        this.sender = sender;
        this.handler = handler;
        this.capacity = capacity;
        this.onRoom = onRoom;
    }

    /** A processor that is stopped, for callers that do not wait for room. */
    public Processor(Function<T, Sending> sender, TaskHandler<T> handler, int capacity) {
        this(sender, handler, capacity, () -> {});
    }

    /**
     * Adds who is told of {@code onStart}, at once if it is running, and of stop, requests and exceeded capacity (parity
     * 32), as {@link Listener} says: on a thread of its own.
     *
     * @throws IllegalArgumentException if it was added before
     */
    public void addListener(Listener listener) {
        boolean running;
        synchronized (lock) {
            events.add(listener);
            running = state == LifecycleState.RUNNING;
        }
        if (running) {
            events.tell(listener, Listener::onStart);
        }
    }

    /** Takes tasks from now on. Does nothing unless it is stopped. */
    public void start() {
        synchronized (lock) {
            if (state != LifecycleState.STOPPED) {
                return;
            }
            state = LifecycleState.RUNNING;
        }
        events.tell(Listener::onStart);
    }

    /**
     * Takes the task and starts to send it.
     *
     * @throws NotRunningException if it is not running
     * @throws CapacityException if all slots are taken
     */
    public void enqueue(T task) {
        var entry = new Entry<>(task);
        if (!hold(entry)) {
            events.tell(listener -> listener.onCapacityExceeded(task.id()));
            throw new CapacityException(
                    "the processor holds " + capacity + " tasks, task " + task.id() + " was refused");
        }
        task.whenReady(() -> tellStart(entry));
        try {
            entry.sending = sender.apply(task);
        } catch (Throwable e) {
            free(entry);
            throw e;
        }
        entry.sending.result().whenComplete((sent, impossible) -> finish(entry, sent));
    }

    private void tellStart(Entry<T> entry) {
        synchronized (entry) {
            if (entry.ended) {
                return;
            }
            entry.started = true;
        }
        if (events.isHeard()) {
            var task = entry.task;
            var request = task.request();
            events.tell(listener -> listener.onRequestStart(task.id(), request), request.bodySize());
        }
    }

    /** Whether there was a slot. */
    private boolean hold(Entry<T> entry) {
        synchronized (lock) {
            if (state != LifecycleState.RUNNING) {
                throw new NotRunningException(
                        "the processor is " + state + ", task " + entry.task.id() + " was refused");
            }
            return entries.size() < capacity && entries.add(entry);
        }
    }

    private void finish(Entry<T> entry, Sent sent) {
        CompletionStage<?> handled;
        try {
            handled = handle(entry, sent);
        } catch (Throwable e) {
            log.error(
                    "The handler failed for task {}; it stays with the store until it is reconciled",
                    entry.task.id(),
                    e);
            handled = CompletableFuture.completedFuture(null);
        }
        handled.whenComplete((ok, failed) -> free(entry));
    }

    private CompletionStage<?> handle(Entry<T> entry, Sent sent) {
        var task = entry.task;
        if (sent instanceof Sent.Done done) {
            entry.outcome = done.outcome();
            return handler.completed(task, done.outcome());
        }
        if (sent instanceof Sent.Unprepared unprepared) {
            return handler.unprepared(
                    task, RejectedFailure.of(task.details(), Failure.Kind.PREPARATION, unprepared.reason(), false));
        }
        if (sent instanceof Sent.Later later) {
            return handler.postponed(task, later.delay());
        }
        return handler.released(task);
    }

    private void free(Entry<T> entry) {
        boolean started;
        synchronized (entry) {
            if (entry.ended) {
                return;
            }
            entry.ended = true;
            started = entry.started;
        }
        var sending = entry.sending;
        if (sending != null) {
            sending.release();
        }
        var task = entry.task;
        if (started && events.isHeard()) {
            tellEnd(task.id(), task.request(), Optional.ofNullable(entry.outcome));
        }
        synchronized (lock) {
            entries.remove(entry);
            lock.notifyAll();
        }
        onRoom.run();
    }

    private void tellEnd(String id, Request request, Optional<Outcome> outcome) {
        int bytes = request.bodySize() + outcome.map(Events::bytes).orElse(0);
        events.tell(listener -> listener.onRequestEnd(id, request, outcome), bytes);
    }

    /** Refuses new tasks and finishes those it holds. Does nothing unless it is running. */
    public void drain() {
        synchronized (lock) {
            if (state == LifecycleState.RUNNING) {
                state = LifecycleState.DRAINING;
            }
        }
    }

    /**
     * Refuses new tasks, waits for those it holds, and aborts what is left at the timeout; their handler is told. Then it
     * waits for the handler, up to the grace time, and last up to half a second for listeners. Does nothing if it is stopped or about to stop. May be called by a
     * handler, which then keeps its own task from ending in time.
     *
     * @return number of tasks that were aborted
     */
    public int stop(Duration timeout, Duration grace) throws InterruptedException {
        synchronized (lock) {
            if (state == LifecycleState.STOPPED || state == LifecycleState.STOPPING) {
                return 0;
            }
            state = LifecycleState.STOPPING;
        }
        int aborted = 0;
        if (!awaitIdle(timeout)) {
            aborted = abort(task -> true);
            awaitIdle(grace);
        }
        entries.forEach(this::free);
        synchronized (lock) {
            state = LifecycleState.STOPPED;
        }
        events.tell(Listener::onStop);
        events.flush(Events.LAST_WORDS);
        return aborted;
    }

    /** Closes the exchanges of the tasks that match; tasks whose outcome is being handled are not affected. */
    public int abort(Predicate<T> which) {
        int aborted = 0;
        for (var entry : entries) {
            var sending = entry.sending;
            if (sending != null
                    && which.test(entry.task)
                    && !sending.result().toCompletableFuture().isDone()) {
                sending.abort();
                aborted++;
            }
        }
        return aborted;
    }

    /** Waits until it holds no task; false if it still does at the timeout. */
    public boolean awaitIdle(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        synchronized (lock) {
            while (!entries.isEmpty()) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return false;
                }
                lock.wait(left);
            }
            return true;
        }
    }

    /** The tasks that it holds now. */
    public Collection<T> tasks() {
        return entries.stream().map(entry -> entry.task).toList();
    }

    /** Whether it holds no task. */
    public boolean isIdle() {
        return entries.isEmpty();
    }

    /** How many tasks it holds. */
    public int inFlight() {
        return entries.size();
    }

    /** How many more tasks it could hold. */
    public int free() {
        return Math.max(0, capacity - entries.size());
    }

    /** How many tasks it can hold. */
    public int capacity() {
        return capacity;
    }

    /** Where it is between start and stop. */
    public LifecycleState state() {
        synchronized (lock) {
            return state;
        }
    }

    /** A task and its exchange. Compared by identity. */
    private static final class Entry<T> {

        private final T task;
        private volatile @Nullable Sending sending;
        private volatile @Nullable Outcome outcome;
        private boolean started; // guarded by this
        private boolean ended; // guarded by this

        Entry(T task) {
            this.task = task;
        }
    }
}
