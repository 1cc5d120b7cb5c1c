package io.patienthttp.internal.http;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.eclipse.jetty.util.Pool;
import org.jspecify.annotations.Nullable;

/**
 * A pool whose entries with room for one more user are linked to a stack: each operation takes constant time, however
 * many entries there are. Jetty's {@code ConcurrentPool} looks at every entry for each {@code acquire}, which costs
 * most of the CPU with thousands of HTTP/1.1 connections to one origin. The entry used last is taken first, so that
 * surplus ones become idle and can be closed. Keeps the contract of {@code ConcurrentPool} otherwise, in particular
 * that {@code remove} of an entry with several users is true for the last of them only.
 *
 * @param <P> what is pooled
 */
final class StackPool<P> implements Pool<P> {

    private final int maxSize;
    private final ToIntFunction<P> maxUsers;
    private final LongSupplier nanoTime;
    private final Object lock = new Object();
    private final Set<StackEntry> entries = new LinkedHashSet<>(); // guarded by lock; reserved, idle and in use
    private @Nullable StackEntry top; // guarded by lock; the first entry with room
    private boolean terminated; // guarded by lock

    /**
     * An empty pool.
     *
     * @param maxSize the most entries, reserved ones included
     * @param maxUsers how many may use an entry at a time; 0 or less: no limit. Asked for each acquire, under the lock
     * @param nanoTime the clock that {@link #takeIdle} measures by
     */
    StackPool(int maxSize, ToIntFunction<P> maxUsers, LongSupplier nanoTime) {
        this.maxSize = maxSize;
        this.maxUsers = maxUsers;
        this.nanoTime = nanoTime;
    }

    @Override
    public @Nullable Entry<P> reserve() {
        synchronized (lock) {
            if (terminated || entries.size() >= maxSize) {
                return null;
            }
            var entry = new StackEntry();
            entries.add(entry);
            return entry;
        }
    }

    @Override
    public @Nullable Entry<P> acquire() {
        synchronized (lock) {
            while (top != null) {
                var entry = top;
                if (entry.isFull()) {
                    entry.unlink(); // its peer lowered the limit
                    continue;
                }
                entry.users++;
                if (entry.isFull()) {
                    entry.unlink();
                }
                return entry;
            }
            return null;
        }
    }

    /** Takes out the entries that nobody used for so long; each counts as acquired, and is to be removed. */
    List<P> takeIdle(long idleNanos) {
        synchronized (lock) {
            var now = nanoTime.getAsLong();
            var taken = new ArrayList<P>();
            for (var entry : entries) {
                if (entry.pooled != null && entry.isIdle() && now - entry.idleSince >= idleNanos) {
                    entry.users++;
                    entry.unlink();
                    taken.add(entry.pooled);
                }
            }
            return taken;
        }
    }

    /**
     * Lets nobody else use what is pooled; its users may finish, and the last one removes its entry.
     *
     * @return false if nobody uses it
     */
    boolean retire(P value) {
        synchronized (lock) {
            for (var entry : entries) {
                if (entry.pooled == value && entry.users > 0) {
                    entry.unlink();
                    entry.terminated = true;
                    return true;
                }
            }
            return false;
        }
    }

    @Override
    public boolean isTerminated() {
        synchronized (lock) {
            return terminated;
        }
    }

    @Override
    public Collection<Entry<P>> terminate() {
        synchronized (lock) {
            terminated = true;
            var rest = new ArrayList<Entry<P>>();
            for (var entry : List.copyOf(entries)) {
                entry.unlink();
                entry.terminated = true;
                if (entry.users < 0) {
                    entries.remove(entry); // nothing is pooled yet: enable() will refuse it
                } else {
                    rest.add(entry);
                }
            }
            return rest;
        }
    }

    @Override
    public int size() {
        synchronized (lock) {
            return entries.size();
        }
    }

    @Override
    public int getMaxSize() {
        return maxSize;
    }

    @Override
    public Stream<Entry<P>> stream() {
        synchronized (lock) {
            return List.<Entry<P>>copyOf(entries).stream();
        }
    }

    private boolean is(StackEntry entry, Predicate<StackEntry> state) {
        synchronized (lock) {
            return state.test(entry);
        }
    }

    private final class StackEntry implements Entry<P> {

        // all guarded by lock
        private @Nullable P pooled;
        private int users = -1; // -1: reserved
        private long idleSince;
        private boolean terminated;
        private boolean gone;
        private boolean linked;
        private @Nullable StackEntry above;
        private @Nullable StackEntry below;

        @Override
        public boolean enable(P value, boolean acquire) {
            synchronized (lock) {
                if (terminated) {
                    return false;
                }
                if (users >= 0) {
                    throw new IllegalStateException("entry is enabled already: " + pooled);
                }
                pooled = value;
                users = acquire ? 1 : 0;
                idleSince = nanoTime.getAsLong();
                if (!isFull()) {
                    link();
                }
                return true;
            }
        }

        @Override
        @SuppressWarnings("NullAway") // null while reserved, as Jetty's own pool has it
        public P getPooled() {
            synchronized (lock) {
                return pooled;
            }
        }

        @Override
        public boolean release() {
            synchronized (lock) {
                if (terminated || users <= 0) {
                    return false;
                }
                users--;
                if (users == 0) {
                    idleSince = nanoTime.getAsLong();
                }
                if (!linked && !isFull()) {
                    link();
                }
                return true;
            }
        }

        @Override
        public boolean remove() {
            synchronized (lock) {
                if (gone) {
                    return false;
                }
                unlink();
                terminated = true;
                if (users > 0) {
                    users--;
                }
                gone = users <= 0;
                if (gone) {
                    entries.remove(this);
                }
                return gone;
            }
        }

        @Override
        public boolean isReserved() {
            return is(this, entry -> entry.users < 0);
        }

        @Override
        public boolean isIdle() {
            return is(this, entry -> entry.users == 0);
        }

        @Override
        public boolean isInUse() {
            return is(this, entry -> entry.users > 0);
        }

        @Override
        public boolean isTerminated() {
            return is(this, entry -> entry.terminated);
        }

        // under lock
        private boolean isFull() {
            if (pooled == null) {
                return true;
            }
            var max = maxUsers.applyAsInt(pooled);
            return max > 0 && users >= max;
        }

        // under lock
        private void link() {
            below = top;
            if (top != null) {
                top.above = this;
            }
            top = this;
            linked = true;
        }

        // under lock
        private void unlink() {
            if (!linked) {
                return;
            }
            if (above == null) {
                top = below;
            } else {
                above.below = below;
            }
            if (below != null) {
                below.above = above;
            }
            above = null;
            below = null;
            linked = false;
        }
    }
}
