package io.patienthttp.internal.claim;

import io.patienthttp.spi.Sending;
import io.patienthttp.spi.Suspicion;
import java.util.function.Function;
import java.util.function.IntSupplier;
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
        var sending = new Deferred();
        held = new Held(task, sending);
        taskEnded();
        return sending;
    }

    /** To be called whenever a task has ended: what is held may be alone now. */
    public void taskEnded() {
        var waiting = held;
        if (waiting != null && inFlight.getAsInt() == 1) {
            held = null;
            waiting.sending.begin(() -> sender.apply(waiting.task));
        }
    }

    /** A task that waits until it is alone. */
    private record Held(ClaimedTask task, Deferred sending) {}
}
