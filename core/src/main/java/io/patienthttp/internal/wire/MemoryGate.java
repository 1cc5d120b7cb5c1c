package io.patienthttp.internal.wire;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Bounds the memory in which large values are written, or read: who works on one takes a permit first, and gives it back
 * when the value is no longer held. Permits are granted in the order in which they were asked for. One that is larger than
 * the bound is granted when no other is out. Small values need none, and cost nothing here. Safe for all threads.
 *
 * <p>No thread waits for a permit while it holds a lock, a connection or another permit, so that permits are given back.
 */
public final class MemoryGate {

    /** Values of fewer bytes are small: as many as there are threads fit into any heap. */
    private static final long LARGE = 256 * 1024;

    /** As bytes and as text, sealed and not, so many copies of a value are there while it is written or read. */
    private static final int COPIES = 4;

    /** So many are there of one that was read: its own, and that of who works with it. */
    private static final int SETTLED_COPIES = 2;

    private final long maxBytes;
    private final Permit none = new Permit(0);
    private final Queue<Permit> waiting = new ArrayDeque<>(); // guarded by this
    private long used; // guarded by this

    /** A gate for so many bytes; positive. */
    public MemoryGate(long maxBytes) {
        if (maxBytes <= 0) {
            throw new IllegalArgumentException("maxBytes must be positive, was " + maxBytes);
        }
        this.maxBytes = maxBytes;
        none.granted.complete(null);
    }

    /** Whether a value of so many bytes needs a permit that may have to wait. */
    public static boolean isLarge(long size) {
        return size >= LARGE;
    }

    /** Asks for a permit for a value of so many bytes. */
    public Permit ask(long size) {
        if (!isLarge(size)) {
            return none;
        }
        var permit = new Permit(size);
        List<Permit> granted;
        synchronized (this) {
            waiting.add(permit);
            granted = grant();
        }
        granted.forEach(next -> next.granted.complete(null));
        return permit;
    }

    // under the lock
    private List<Permit> grant() {
        var granted = new ArrayList<Permit>();
        for (var next = waiting.peek();
                next != null && (used == 0 || used + next.bytes <= maxBytes);
                next = waiting.peek()) {
            waiting.remove();
            next.out = true;
            used += next.bytes;
            granted.add(next);
        }
        return granted;
    }

    /** Leave to hold a value. */
    public final class Permit implements AutoCloseable {

        private final long settled;
        private long bytes; // guarded by the gate
        private final CompletableFuture<Void> granted = new CompletableFuture<>();
        private boolean out; // guarded by the gate

        private Permit(long size) {
            this.bytes = size * COPIES;
            this.settled = size * SETTLED_COPIES;
        }

        /** Completes when it is granted: at once, or on the thread that made room. Cancelled if it is closed before. */
        public CompletableFuture<Void> granted() {
            return granted;
        }

        /** Waits until it is granted. If it is not within the time, or the thread is interrupted, it is closed. */
        public boolean await(Duration timeout) throws InterruptedException {
            boolean held = false;
            try {
                granted.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
                held = true;
            } catch (TimeoutException e) {
                return false;
            } catch (ExecutionException e) {
                throw new IllegalStateException("a permit never fails", e);
            } finally {
                if (!held) {
                    close();
                }
            }
            return true;
        }

        /** The value was read: from now on fewer copies of it are held. */
        public void settle() {
            change(settled);
        }

        /** Gives it back, or asks no longer for it. Does nothing the second time. */
        @Override
        public void close() {
            change(0);
        }

        private void change(long less) {
            if (this == none) {
                return;
            }
            boolean ended = false;
            List<Permit> next;
            synchronized (MemoryGate.this) {
                if (out) {
                    used -= bytes - less;
                    bytes = less;
                    out = less > 0;
                } else if (less == 0) {
                    ended = waiting.remove(this);
                }
                next = grant();
            }
            if (ended) {
                granted.cancel(false);
            }
            next.forEach(permit -> permit.granted.complete(null));
        }
    }
}
