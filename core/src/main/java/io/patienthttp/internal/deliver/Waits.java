package io.patienthttp.internal.deliver;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** How time passes for who waits for {@link GroupCommit}: {@link #REAL}, but where time is simulated. */
public interface Waits {

    /** Real time, real threads. */
    Waits REAL = new Waits() {
        @Override
        public void await(Future<?> written) throws InterruptedException, ExecutionException {
            written.get();
        }

        @Override
        public void later(Duration delay, Runnable action) {
            CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(action);
        }
    };

    /** As {@link System#nanoTime}. */
    default long nanoTime() {
        return System.nanoTime();
    }

    /** Keeps the calling thread waiting until it is done. */
    void await(Future<?> written) throws InterruptedException, ExecutionException;

    /** Runs the action, which does not block, after the delay. */
    void later(Duration delay, Runnable action);
}
