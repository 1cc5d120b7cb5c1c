package io.patienthttp.internal.claim;

import io.patienthttp.Failure;
import io.patienthttp.RejectedFailure;
import io.patienthttp.Request;
import io.patienthttp.StorageException;
import io.patienthttp.internal.wire.MemoryGate;
import io.patienthttp.internal.wire.Opened.Why;
import io.patienthttp.internal.wire.PayloadThreads;
import io.patienthttp.internal.wire.RowReader;
import io.patienthttp.internal.wire.UnreadableException;
import io.patienthttp.spi.Sending;
import io.patienthttp.spi.Sent;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads requests that are sealed or in a payload store before they are sent, on threads that may wait. A task keeps its
 * slot meanwhile, unless its store is crowded. What cannot be read now, or not by this process, is put off; what nobody
 * can read fails. Safe for all threads.
 */
public final class Loader {

    private static final Logger log = LoggerFactory.getLogger(Loader.class);

    /** How long a request waits for a node that can read it, or for its store. */
    private static final Duration ELSEWHERE = Duration.ofSeconds(30);

    /** How long it waits if too many others wait for their stores. */
    private static final Duration CROWDED = Duration.ofSeconds(1);

    private final RowReader reader;
    private final PayloadThreads payloadThreads;
    private final Executor otherThreads;
    private final Function<ClaimedTask, Sending> sender;
    private final Duration unresolvedTimeout;
    private final MemoryGate memory;
    private final int mostWaiting;
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder unresolved = new LongAdder();

    /**
     * A loader.
     *
     * @param otherThreads where is read what is sealed and in no payload store
     * @param sender starts to send a task whose request is there
     * @param memory for large requests, from when they are read until their outcome is recorded
     * @param mostWaiting how many tasks may wait for payload stores, so that slots are left for others
     * @param unresolvedTimeout how long a request waits for a process that has the key or the store that it needs
     */
    public Loader(
            RowReader reader,
            PayloadThreads payloadThreads,
            Executor otherThreads,
            Function<ClaimedTask, Sending> sender,
            MemoryGate memory,
            int mostWaiting,
            Duration unresolvedTimeout) {
        this.reader = reader;
        this.payloadThreads = payloadThreads;
        this.otherThreads = otherThreads;
        this.sender = sender;
        this.memory = memory;
        this.mostWaiting = mostWaiting;
        this.unresolvedTimeout = unresolvedTimeout;
    }

    /** Sends the task, once its request is there. Never blocks. */
    public Sending send(ClaimedTask task) {
        if (task.isReady()) {
            return sender.apply(task);
        }
        var request = task.row().stored().request();
        var reference = request.reference();
        if (reference != null && waiting.incrementAndGet() > mostWaiting) {
            waiting.decrementAndGet();
            var crowded = new Deferred();
            crowded.end(new Sent.Later(CROWDED));
            return crowded;
        }
        var permit = memory.ask(request.size());
        var sending = new Deferred(permit::close);
        permit.granted().whenComplete((granted, ended) -> {
            if (reference == null) {
                execute(otherThreads, sending, () -> load(task, sending, permit));
            } else if (ended == null) {
                execute(payloadThreads.of(reference), sending, () -> {
                    try {
                        load(task, sending, permit);
                    } finally {
                        waiting.decrementAndGet();
                    }
                });
            } else {
                waiting.decrementAndGet();
            }
        });
        return sending;
    }

    /** How often a request was left to a process that has the key, the store or the version that it needs. */
    public long unresolved() {
        return unresolved.sum();
    }

    private static void execute(Executor threads, Deferred sending, Runnable load) {
        try {
            threads.execute(load);
        } catch (RejectedExecutionException e) {
            sending.end(new Sent.Aborted());
        }
    }

    private void load(ClaimedTask task, Deferred sending, MemoryGate.Permit permit) {
        if (sending.isEnded()) {
            return;
        }
        Request request;
        try {
            request = reader.request(task.ref().id(), task.row().stored());
        } catch (UnreadableException e) {
            sending.end(unreadable(task, e));
            return;
        } catch (StorageException e) {
            sending.end(later(task, String.valueOf(e.getMessage())));
            return;
        } catch (Error e) {
            sending.end(
                    waited(task)
                            ? failed(task, Failure.Kind.UNREADABLE, e.getClass().getName())
                            : later(task, e.toString()));
            return;
        } catch (Throwable e) { // its message may show what is stored
            sending.end(failed(task, Failure.Kind.UNREADABLE, e.getClass().getName()));
            return;
        }
        permit.settle();
        task.ready(request);
        sending.begin(() -> sender.apply(task));
    }

    private Sent unreadable(ClaimedTask task, UnreadableException e) {
        var mayWait = e.why() == Why.NEWER_FORMAT || (e.why().elsewhere() && !waited(task));
        if (!mayWait) {
            return failed(task, e.why().kind(), e.getMessage());
        }
        unresolved.increment();
        return later(task, e.getMessage());
    }

    /**
     * Whether it waited as long as it may. A request that cannot be read does not say when it was due. But each claim of
     * it came so long after the one before, and the epoch counts claims.
     */
    private boolean waited(ClaimedTask task) {
        var row = task.row();
        return ELSEWHERE.multipliedBy(task.ref().epoch()).compareTo(unresolvedTimeout) >= 0
                && Duration.between(row.createdAt(), row.claimedAt()).compareTo(unresolvedTimeout) >= 0;
    }

    private static Sent later(ClaimedTask task, String reason) {
        log.warn("Request {} is left {}, because it cannot be read here now: {}", task.id(), ELSEWHERE, reason);
        return new Sent.Later(ELSEWHERE);
    }

    private static Sent failed(ClaimedTask task, Failure.Kind kind, String reason) {
        log.error("Request {} cannot be read: {}", task.id(), reason);
        return new Sent.Done(
                RejectedFailure.of(task.details(), kind, "the stored request cannot be read: " + reason, false));
    }
}
