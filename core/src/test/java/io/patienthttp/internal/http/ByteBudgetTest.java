package io.patienthttp.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {

    private final List<String> granted = new ArrayList<>();

    @Test
    void grantsAtOnceWhileThereIsRoom() {
        var budget = new ByteBudget(100);
        var share = budget.open();

        share.acquire(60, () -> granted.add("a"));

        assertThat(granted).containsExactly("a");
        assertThat(budget.used()).isEqualTo(60);
        assertThat(budget.isExhausted()).isFalse();
    }

    @Test
    void releaseGivesBackAllBytesOnce() {
        var budget = new ByteBudget(100);
        var share = budget.open();
        var other = budget.open();
        share.tryAcquire(30);
        share.tryAcquire(30);
        other.tryAcquire(10);

        share.release();
        share.release();

        assertThat(budget.used()).isEqualTo(10);
    }

    @Test
    void exhaustedBudgetMakesSharesWaitButOne() {
        var budget = exhausted(100);

        var first = budget.open();
        var second = budget.open();
        first.acquire(10, () -> granted.add("first"));
        second.acquire(10, () -> granted.add("second"));

        assertThat(granted).containsExactly("first");
        assertThat(budget.used()).isEqualTo(110);
        assertThat(second.tryAcquire(10)).isFalse();
    }

    @Test
    void privilegedShareIsGrantedAllUntilItIsReleasedThenTheLongestWaiting() {
        var budget = exhausted(100);
        var first = budget.open();
        var second = budget.open();
        var third = budget.open();
        first.acquire(10, () -> granted.add("first"));
        second.acquire(10, () -> granted.add("second"));
        third.acquire(10, () -> granted.add("third"));

        first.acquire(500, () -> granted.add("first again"));
        assertThat(first.tryAcquire(500)).isTrue();
        assertThat(granted).containsExactly("first", "first again");

        first.release();
        assertThat(granted).containsExactly("first", "first again", "second");

        second.release();
        assertThat(granted).containsExactly("first", "first again", "second", "third");
    }

    @Test
    void roomIsGivenInTheOrderOfWaiting() {
        var budget = new ByteBudget(100);
        var holder = budget.open();
        holder.tryAcquire(100);
        var privileged = budget.open();
        privileged.acquire(1, () -> {});
        for (var name : List.of("a", "b", "c")) {
            budget.open().acquire(60, () -> granted.add(name));
        }

        holder.release();

        // 1 + 60 leaves room, 1 + 60 + 60 does not
        assertThat(granted).containsExactly("a", "b");
        assertThat(budget.used()).isEqualTo(121);
    }

    @Test
    void releasedShareIsNeverGrantedWhatItWaitedFor() {
        var budget = exhausted(100);
        var privileged = budget.open();
        privileged.acquire(1, () -> {});
        var waiting = budget.open();
        waiting.acquire(10, () -> granted.add("late"));

        waiting.release();
        privileged.release();

        assertThat(granted).isEmpty();
        assertThat(budget.used()).isEqualTo(100);
    }

    @Test
    void listenerHearsWhenItStopsBeingExhausted() {
        var budget = new ByteBudget(100);
        var calls = new AtomicInteger();
        budget.onRoom(calls::incrementAndGet);
        var big = budget.open();
        var small = budget.open();
        big.tryAcquire(99);
        small.tryAcquire(10);

        small.release();
        assertThat(calls).hasValue(1);

        big.release();
        assertThat(calls).hasValue(1);
    }

    @Test
    void shareMayNotWaitTwice() {
        var budget = exhausted(100);
        budget.open().acquire(1, () -> {});
        var share = budget.open();
        share.acquire(1, () -> {});

        assertThatThrownBy(() -> share.acquire(1, () -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void manyHalfReadBodiesAllEndAndOverdrawByOneAtMost() throws Exception {
        var mebibyte = 1024 * 1024;
        var piece = 16 * 1024;
        var max = 4L * mebibyte;
        var budget = new ByteBudget(max);
        var most = new AtomicLong();
        var ended = new CountDownLatch(300);
        var threads = Executors.newFixedThreadPool(4);
        try {
            for (var i = 0; i < 300; i++) {
                var share = budget.open();
                threads.execute(() -> read(budget, share, mebibyte, piece, most, ended, threads));
            }

            assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            threads.shutdownNow();
        }
        assertThat(budget.used()).isZero();
        assertThat(most.get()).isLessThanOrEqualTo(max + mebibyte + piece);
    }

    private static void read(
            ByteBudget budget,
            ByteBudget.Share share,
            int rest,
            int piece,
            AtomicLong most,
            CountDownLatch ended,
            java.util.concurrent.Executor threads) {
        if (rest == 0) {
            share.release();
            ended.countDown();
            return;
        }
        share.acquire(piece, () -> {
            most.accumulateAndGet(budget.used(), Math::max);
            threads.execute(() -> read(budget, share, rest - piece, piece, most, ended, threads));
        });
    }

    private static ByteBudget exhausted(long max) {
        var budget = new ByteBudget(max);
        budget.open().tryAcquire((int) max);
        return budget;
    }
}
