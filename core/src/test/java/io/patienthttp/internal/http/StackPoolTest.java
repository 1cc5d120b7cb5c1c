package io.patienthttp.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.util.Pool;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class StackPoolTest {

    private final AtomicLong nanos = new AtomicLong();
    private final Map<String, Integer> limits = new HashMap<>();
    private final StackPool<String> pool = new StackPool<>(3, name -> limits.getOrDefault(name, 1), nanos::get);

    @Test
    void reservesUpToItsSize() {
        assertThat(pool.reserve()).isNotNull();
        assertThat(pool.reserve()).isNotNull();
        var last = pool.reserve();

        assertThat(pool.reserve()).isNull();
        assertThat(pool.size()).isEqualTo(3);
        assertThat(pool.getReservedCount()).isEqualTo(3);

        last.remove();
        assertThat(pool.reserve()).isNotNull();
    }

    @Test
    void reservedEntryCannotBeAcquired() {
        pool.reserve();

        assertThat(pool.acquire()).isNull();
    }

    @Test
    void exclusiveEntryIsAcquiredByOneAtATime() {
        add("a");

        var entry = pool.acquire();

        assertThat(entry.getPooled()).isEqualTo("a");
        assertThat(entry.isInUse()).isTrue();
        assertThat(pool.acquire()).isNull();
        assertThat(entry.release()).isTrue();
        assertThat(pool.acquire()).isSameAs(entry);
    }

    @Test
    void entryUsedLastIsTakenFirst() {
        add("a");
        add("b");
        var b = pool.acquire();
        var a = pool.acquire();

        a.release();
        b.release();

        assertThat(pool.acquire()).isSameAs(b);
        assertThat(pool.acquire()).isSameAs(a);
    }

    @Test
    void entryEnabledAsAcquiredIsNotIdle() {
        assertThat(pool.reserve().enable("a", true)).isTrue();

        assertThat(pool.acquire()).isNull();
        assertThat(pool.getInUseCount()).isEqualTo(1);
    }

    @Test
    void sharedEntryIsAcquiredUpToItsLimit() {
        limits.put("a", 2);
        add("a");

        var first = pool.acquire();
        assertThat(pool.acquire()).isSameAs(first);
        assertThat(pool.acquire()).isNull();

        first.release();
        assertThat(pool.acquire()).isSameAs(first);
    }

    @Test
    void limitOfSharedEntryMayChange() {
        limits.put("a", 3);
        var entry = add("a");
        pool.acquire();
        pool.acquire();

        limits.put("a", 1);
        assertThat(pool.acquire()).isNull();
        entry.release();
        assertThat(pool.acquire()).isNull();

        limits.put("a", 3);
        entry.release();
        assertThat(pool.acquire()).isSameAs(entry);
    }

    @Test
    void limitOfZeroIsNoLimit() {
        limits.put("a", 0);
        var entry = add("a");

        for (var i = 0; i < 5_000; i++) {
            assertThat(pool.acquire()).isSameAs(entry);
        }
    }

    @Test
    void idleEntryInTheMiddleCanBeRemoved() {
        var a = add("a");
        var b = add("b");
        var c = add("c");

        assertThat(b.remove()).isTrue();
        assertThat(b.remove()).isFalse();

        assertThat(pool.acquire()).isSameAs(c);
        assertThat(pool.acquire()).isSameAs(a);
        assertThat(pool.acquire()).isNull();
        assertThat(pool.size()).isEqualTo(2);
    }

    @Test
    void sharedEntryIsGoneWithItsLastUser() {
        limits.put("a", 2);
        var entry = add("a");
        pool.acquire();
        pool.acquire();

        assertThat(entry.remove()).isFalse();
        assertThat(entry.isTerminated()).isTrue();
        assertThat(pool.acquire()).isNull();
        assertThat(entry.release()).isFalse();
        assertThat(entry.remove()).isTrue();
        assertThat(pool.size()).isZero();
    }

    @Test
    void removedReservationCannotBeEnabled() {
        var entry = pool.reserve();
        entry.remove();

        assertThat(entry.enable("a", false)).isFalse();
        assertThat(pool.acquire()).isNull();
    }

    @Test
    void entryIsEnabledOnce() {
        var entry = add("a");

        assertThatThrownBy(() -> entry.enable("b", false)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void terminatedPoolHandsOutItsEntriesAndNothingElse() {
        var idle = add("a");
        add("b");
        var used = pool.acquire();
        var reserved = pool.reserve();

        assertThat(pool.terminate()).containsExactlyInAnyOrder(idle, used);

        assertThat(pool.isTerminated()).isTrue();
        assertThat(pool.reserve()).isNull();
        assertThat(pool.acquire()).isNull();
        assertThat(reserved.enable("c", false)).isFalse();
        assertThat(used.release()).isFalse();
        assertThat(used.remove()).isTrue();
        assertThat(idle.remove()).isTrue();
        assertThat(pool.size()).isZero();
    }

    @Test
    void entriesIdleForLongAreTakenOut() {
        add("old");
        nanos.set(50);
        add("young");
        add("used");
        pool.acquire();
        nanos.set(100);

        assertThat(pool.takeIdle(100)).containsExactly("old");
        assertThat(pool.takeIdle(100)).isEmpty();
        assertThat(pool.acquire().getPooled()).isEqualTo("young");
        assertThat(pool.acquire()).isNull();
    }

    @RepeatedTest(10)
    void manyThreadsNeverShareAnExclusiveEntry() throws Exception {
        var threads = 8;
        var big = new StackPool<Integer>(5, value -> 1, System::nanoTime);
        var users = new ConcurrentHashMap<Integer, AtomicInteger>();
        var created = new AtomicInteger();
        var shared = new AtomicInteger();
        var barrier = new CyclicBarrier(threads);
        var executor = Executors.newFixedThreadPool(threads);
        for (var t = 0; t < threads; t++) {
            var seed = t;
            executor.execute(() -> {
                await(barrier);
                for (var i = 0; i < 2_000; i++) {
                    var entry = big.acquire();
                    if (entry == null) {
                        entry = big.reserve();
                        if (entry == null || !entry.enable(created.incrementAndGet(), true)) {
                            continue;
                        }
                    }
                    var user = users.computeIfAbsent(entry.getPooled(), value -> new AtomicInteger());
                    if (user.incrementAndGet() != 1) {
                        shared.incrementAndGet();
                    }
                    Thread.yield();
                    user.decrementAndGet();
                    if ((i + seed) % 7 == 0) {
                        entry.remove();
                    } else {
                        entry.release();
                    }
                }
            });
        }
        executor.shutdown();

        assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(shared).hasValue(0);
        assertThat(big.size()).isLessThanOrEqualTo(5);
        assertThat(big.getInUseCount()).isZero();
        var rest = big.size();
        for (var i = 0; i < rest; i++) {
            assertThat(big.acquire()).isNotNull();
        }
        assertThat(big.acquire()).isNull();
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Pool.Entry<String> add(String name) {
        var entry = pool.reserve();
        entry.enable(name, false);
        return entry;
    }
}
