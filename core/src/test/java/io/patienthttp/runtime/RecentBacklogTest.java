package io.patienthttp.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.Backlog;
import io.patienthttp.RequestState;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecentBacklogTest {

    private final AtomicLong now = new AtomicLong();
    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void theDatabaseIsAskedOnceAnInterval() {
        var recent = new RecentBacklog(() -> pending(asked.incrementAndGet()), now::get);

        assertThat(recent.get()).contains(pending(1));
        pass(RecentBacklog.INTERVAL.minusNanos(1));
        assertThat(recent.get()).contains(pending(1));
        pass(Duration.ofNanos(1));
        assertThat(recent.get()).contains(pending(2));
    }

    @Test
    void theLastAnswerIsKeptForAMinuteWhileTheDatabaseFails() {
        var recent = new RecentBacklog(this::failAfterTheFirst, now::get);
        recent.get();

        pass(RecentBacklog.STALE.minusNanos(1));
        assertThat(recent.get()).contains(pending(1));
        pass(Duration.ofNanos(1));
        assertThat(recent.get()).isEmpty();
        assertThat(asked).hasValue(2);
    }

    @Test
    void aDatabaseThatHangsKeepsOneCallerForHalfASecondAndNoOther() throws Exception {
        var away = new CountDownLatch(1);
        var recent = new RecentBacklog(() -> hang(away), now::get);

        long begin = System.nanoTime();
        for (int i = 0; i < 50; i++) {
            assertThat(recent.get()).isEmpty();
            pass(RecentBacklog.INTERVAL);
        }
        var took = Duration.ofNanos(System.nanoTime() - begin);

        assertThat(took).isLessThan(RecentBacklog.PATIENCE.multipliedBy(10));
        assertThat(asked).hasValue(1);
        away.countDown();
        awaitAnswer(recent);
    }

    /** The late answer is taken. */
    private static void awaitAnswer(RecentBacklog recent) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (recent.get().isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private Backlog hang(CountDownLatch away) {
        asked.incrementAndGet();
        try {
            away.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return pending(1);
    }

    private Backlog failAfterTheFirst() {
        if (asked.incrementAndGet() > 1) {
            throw new IllegalStateException("the database is away");
        }
        return pending(1);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private static Backlog pending(int count) {
        return new Backlog(Map.of(RequestState.PENDING, count), Optional.empty());
    }
}
