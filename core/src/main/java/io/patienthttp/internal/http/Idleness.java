package io.patienthttp.internal.http;

import io.patienthttp.Progress;
import io.patienthttp.spi.Limits;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.jetty.io.CyclicTimeout;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how long one exchange waits for its server: for the answer to begin, and then for its progress. What we make
 * the server wait for, such as room in the byte budget, does not count. Safe for all threads.
 */
final class Idleness {

    private final Limits limits;
    private final CyclicTimeout timer;
    private volatile boolean begun; // written under the monitor of this
    private long leftNanos; // guarded by this; of the idle timeout, when the wait began
    private long waitsSince; // guarded by this

    /** Tells why when a wait took too long. */
    Idleness(Limits limits, Scheduler scheduler, Consumer<String> expired) {
        this.limits = limits;
        this.timer = new CyclicTimeout(scheduler) {
            @Override
            public void onTimeoutExpired() {
                expired.accept(message());
            }
        };
    }

    private String message() {
        return begun
                ? "the answer made no progress for the idle timeout of " + text(limits.idleTimeout())
                : "no answer began within the first-byte timeout of " + text(limits.firstByteTimeout());
    }

    private static String text(@Nullable Duration timeout) {
        return timeout == null ? "none" : TransportErrors.text(timeout);
    }

    /** The last byte of the request is sent. */
    synchronized void sent() {
        var timeout = limits.firstByteTimeout();
        if (!begun && timeout != null) {
            timer.schedule(timeout.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** The first line of the answer is here, and the rest of its head is waited for. */
    synchronized void begun() {
        begun = true;
        timer.cancel();
        progress();
        waits();
    }

    /** From now on we wait for the server. */
    synchronized void waits() {
        if (limits.idleTimeout() != null) {
            waitsSince = System.nanoTime();
            timer.schedule(Math.max(1, leftNanos), TimeUnit.NANOSECONDS);
        }
    }

    /** The server sent something, and does not wait for more. */
    synchronized void wakes() {
        if (limits.idleTimeout() != null) {
            timer.cancel();
            leftNanos -= System.nanoTime() - waitsSince;
        }
    }

    /** Bytes of the body are here. */
    synchronized void bytes() {
        if (limits.progress() == Progress.BYTE) {
            progress();
        }
    }

    /** Something is here that counts as progress. */
    synchronized void progress() {
        var timeout = limits.idleTimeout();
        if (timeout != null) {
            leftNanos = timeout.toNanos();
        }
    }

    /** Nothing is waited for any more. */
    void close() {
        timer.destroy();
    }
}
