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

/**
 * Sends a suspect of the second degree only when nothing else is in flight in this process: if the process dies then,
 * nobody else can have done it. Everything else is sent at once. Safe for all threads.
 */
public final class Quarantine {

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
            Sending sending;
            synchronized (this) {
                if (begun != null || aborted) {
                    return;
                }
                sending = start.get();
                begun = sending;
            }
            sending.result().thenAccept(result::complete);
        }

        @Override
        public CompletionStage<Sent> result() {
            return result;
        }

        @Override
        public void abort() {
            Sending sending;
            synchronized (this) {
                aborted = true;
                sending = begun;
            }
            if (sending == null) {
                result.complete(new Sent.Aborted());
            } else {
                sending.abort();
            }
        }

        @Override
        public void release() {
            Sending sending;
            synchronized (this) {
                sending = begun;
            }
            if (sending != null) {
                sending.release();
            }
        }
    }
}
