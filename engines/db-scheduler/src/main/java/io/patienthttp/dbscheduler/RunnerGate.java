package io.patienthttp.dbscheduler;

import io.patienthttp.spi.CallbackRun;
import io.patienthttp.spi.CallbackRunner;
import io.patienthttp.spi.CallbackRunner.Result;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets runs through to the runner while it is bound, and knows how many are under way. A run that meets no runner is
 * put off, uncounted: the application's scheduler may start before us and stop after us. Safe for all threads.
 */
final class RunnerGate {

    private static final Duration UNBOUND_DELAY = Duration.ofSeconds(5);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();

    private @Nullable CallbackRunner bound; // guarded by lock
    private int running; // guarded by lock

    void bind(CallbackRunner runner) {
        lock.lock();
        try {
            if (bound != null) {
                throw new IllegalStateException("the callback queue is started already, stop it first");
            }
            bound = runner;
        } finally {
            lock.unlock();
        }
    }

    void unbind() {
        lock.lock();
        try {
            bound = null;
        } finally {
            lock.unlock();
        }
    }

    boolean isBound() {
        lock.lock();
        try {
            return bound != null;
        } finally {
            lock.unlock();
        }
    }

    boolean isBusy() {
        lock.lock();
        try {
            return running > 0;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no run is under way; returns at the timeout, or when interrupted, in any case. */
    void awaitIdle(Duration timeout) {
        lock.lock();
        try {
            var left = timeout.toNanos();
            while (running > 0 && left > 0) {
                left = idle.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Runs it; whatever is thrown is a failure. */
    Result run(CallbackRun run) {
        var runner = enter();
        if (runner == null) {
            return new Result.Later(UNBOUND_DELAY);
        }
        try {
            return runner.run(run);
        } catch (Throwable e) {
            return new Result.Failed(e, Backoff.after(run.failures()));
        } finally {
            leave();
        }
    }

    private @Nullable CallbackRunner enter() {
        lock.lock();
        try {
            if (bound != null) {
                running++;
            }
            return bound;
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        lock.lock();
        try {
            running--;
            if (running == 0) {
                idle.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }
}
