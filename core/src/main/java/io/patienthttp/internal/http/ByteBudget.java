package io.patienthttp.internal.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the bytes of answers held in memory (setting {@code max-buffered-bytes}). While it is exhausted the claimer
 * claims nothing, and the transport reads nothing but one answer. Safe for all threads.
 *
 * <p>Each exchange opens a {@link Share}. It acquires what it has just read, and reads on once that is granted. A share
 * gives back all its bytes at once, when its body is no longer needed. So half-read bodies hold bytes while they ask for
 * more, and could wait for each other for ever. The rule against it: shares wait in the order in which they asked, and
 * while the budget is exhausted one share is <em>privileged</em>: the one that waited longest. All it asks is granted
 * until it is released; then the next one is privileged. So one body can always be read to its end, and the budget is
 * overdrawn by at most one answer, and by the piece that crossed the limit.
 */
public final class ByteBudget {

    private final long maxBytes;
    private final Object lock = new Object();
    private final Map<Share, Runnable> waiting = new LinkedHashMap<>(); // guarded by lock; oldest first
    private @Nullable Share privileged; // guarded by lock
    private long used; // guarded by lock
    private volatile Runnable onRoom = () -> {};

    /** A budget of so many bytes; positive. */
    public ByteBudget(long maxBytes) {
        if (maxBytes <= 0) {
            throw new IllegalArgumentException("maxBytes must be positive, was " + maxBytes);
        }
        this.maxBytes = maxBytes;
    }

    /** The bytes that are held now. */
    public long used() {
        synchronized (lock) {
            return used;
        }
    }

    /** Whether all bytes are taken. */
    public boolean isExhausted() {
        return used() >= maxBytes;
    }

    /**
     * Sets what is called each time the budget stops being exhausted, on the thread that made room and under no lock:
     * return at once. The last call wins.
     */
    public void onRoom(Runnable action) {
        onRoom = action;
    }

    /** Opens the share of one exchange. */
    Share open() {
        return new Share();
    }

    /** Grants in order of waiting; what it returns is to be run without the lock. */
    private List<Runnable> grantWaiting() {
        var granted = new ArrayList<Runnable>();
        var shares = waiting.entrySet().iterator();
        while ((used < maxBytes || privileged == null) && shares.hasNext()) {
            var oldest = shares.next();
            shares.remove();
            var share = oldest.getKey();
            if (used >= maxBytes) {
                privileged = share;
            }
            share.take(share.wanted);
            granted.add(oldest.getValue());
        }
        return granted;
    }

    /** What one exchange holds of the budget. */
    final class Share {

        private long held; // guarded by lock
        private int wanted; // guarded by lock
        private boolean released; // guarded by lock

        private Share() {}

        /** Counts the bytes if they are granted now. If not, nothing is counted, and nothing waits. */
        boolean tryAcquire(int bytes) {
            synchronized (lock) {
                if (released || (used >= maxBytes && privileged != this)) {
                    return false;
                }
                take(bytes);
                return true;
            }
        }

        /**
         * Counts the bytes and runs the action: at once, or later on the thread that makes room. At most one call may
         * wait. After {@link #release} nothing is counted and the action never runs.
         */
        void acquire(int bytes, Runnable granted) {
            List<Runnable> actions;
            synchronized (lock) {
                if (released) {
                    return;
                }
                if (waiting.containsKey(this)) {
                    throw new IllegalStateException("this share waits for " + wanted + " bytes already");
                }
                if (used < maxBytes || privileged == this) {
                    take(bytes);
                    actions = List.of(granted);
                } else {
                    wanted = bytes;
                    waiting.put(this, granted);
                    actions = grantWaiting();
                }
            }
            actions.forEach(Runnable::run);
        }

        /** Gives all bytes back, and forgets what it waits for. Does nothing the second time. */
        void release() {
            List<Runnable> actions;
            boolean room;
            synchronized (lock) {
                if (released) {
                    return;
                }
                released = true;
                waiting.remove(this);
                if (privileged == this) {
                    privileged = null;
                }
                var exhausted = used >= maxBytes;
                used -= held;
                held = 0;
                actions = grantWaiting();
                room = exhausted && used < maxBytes;
            }
            actions.forEach(Runnable::run);
            if (room) {
                onRoom.run();
            }
        }

        // under lock
        private void take(int bytes) {
            held += bytes;
            used += bytes;
        }
    }
}
