package io.patienthttp.internal.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CombinerTest {

    @Test
    void whatWaitsWhileABatchRunsGoesIntoTheNextOne() throws Exception {
        var batches = Collections.synchronizedList(new ArrayList<List<Integer>>());
        var firstRuns = new CountDownLatch(1);
        var finishFirst = new CountDownLatch(1);
        var combiner = new Combiner<Integer, String>(items -> {
            batches.add(List.copyOf(items));
            firstRuns.countDown();
            await(finishFirst);
            return item -> "result " + item;
        });
        var threads = Executors.newFixedThreadPool(11);
        try {
            var first = threads.submit(() -> combiner.submit(0));
            await(firstRuns);
            var others = new ArrayList<Future<String>>();
            for (int i = 1; i <= 10; i++) {
                int item = i;
                others.add(threads.submit(() -> combiner.submit(item)));
            }
            while (combiner.waiting() < 10) {
                Thread.onSpinWait();
            }
            finishFirst.countDown();

            assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo("result 0");
            for (int i = 1; i <= 10; i++) {
                assertThat(others.get(i - 1).get(10, TimeUnit.SECONDS)).isEqualTo("result " + i);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(batches).hasSize(2);
        assertThat(batches.get(1)).hasSize(10);
    }

    @Test
    void aFailureGoesToEveryoneInTheBatchAndTheNextOneIsNotAffected() {
        var combiner = new Combiner<Integer, Integer>(items -> {
            if (items.contains(1)) {
                throw new IllegalStateException("boom");
            }
            return item -> item;
        });

        assertThatThrownBy(() -> combiner.submit(1)).hasMessage("boom");
        assertThat(combiner.submit(2)).isEqualTo(2);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
