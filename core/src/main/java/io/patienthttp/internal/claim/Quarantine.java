package io.patienthttp.internal.claim;

import io.patienthttp.spi.Sending;
import io.patienthttp.spi.Sent;
import io.patienthttp.spi.Suspicion;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a suspect of the second degree only when nothing else is in flight in this process: if the process dies then,
 * nobody else can have done it. Everything else is sent at once. Safe for all threads.
 */
public final class Quarantine {

    private static final Logger log = LoggerFactory.getLogger(Quarantine.class);

    private final Function<ClaimedTask, Sending> sender;
    private final IntSupplier inFlight;
    private final int maxRecoveries;
    private volatile @Nullable Held held;

    /**
     * An empty quarantine.
     *
     * @param sender starts to send a task
     * @param inFlight how many tasks there are, those in quarantine included
     */
    public Quarantine(Function<ClaimedTask, Sending> sender, IntSupplier inFlight, int maxRecoveries) {
        this.sender = sender;
        this.inFlight = inFlight;
        this.maxRecoveries = maxRecoveries;
    }

    /** Sends the task, or holds it until it is alone. The claimer claims nothing meanwhile. */
    public Sending send(ClaimedTask task) {
        if (Suspicion.of(task.row().recoveries(), maxRecoveries) != Suspicion.SECOND_DEGREE) {
            return sender.apply(task);
        }
        var entering = new Held(() -> sender.apply(task));
        held = entering;
        taskEnded();
        return entering;
    }

    /** To be called whenever a task has ended: what is held may be alone now. */
    public void taskEnded() {
        var waiting = held;
        if (waiting != null && inFlight.getAsInt() == 1) {
            held = null;
            waiting.begin();
        }
    }

    /** A task that is not sent yet, or the sending of it. */
    private static final class Held implements Sending {

        private final Supplier<Sending> start;
        private final CompletableFuture<Sent> result = new CompletableFuture<>();
        private @Nullable Sending begun; // guarded by this
        private boolean aborted; // guarded by this

        Held(Supplier<Sending> start) {
            this.start = start;
        }

        void begin() {
            synchronized (this) {
                if (begun != null || aborted) {
                    return;
                }
                try {
                    begun = start.get();
                } catch (Throwable e) { // or it would keep the process from claiming for ever
                    log.error("A suspect could not be sent; it is given back", e);
                    aborted = true;
                }
            }
            var sending = begun();
            if (sending == null) {
                result.complete(new Sent.Aborted());
            } else {
                sending.result().thenAccept(result::complete);
            }
        }

        @Override
        public CompletionStage<Sent> result() {
            return result;
        }

        @Override
        public void abort() {
            synchronized (this) {
                aborted = true;
            }
            var sending = begun();
            if (sending == null) {
                result.complete(new Sent.Aborted());
            } else {
                sending.abort();
            }
        }

        @Override
        public void release() {
            var sending = begun();
            if (sending != null) {
                sending.release();
            }
        }

        private synchronized @Nullable Sending begun() {
            return begun;
        }
    }
}
