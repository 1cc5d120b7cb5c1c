package io.patienthttp.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TurnsTest {

    @Test
    void twoReadAtATimeAndTheThirdIsToldThatItIsBusy() throws Exception {
        var turns = new Turns(Duration.ofMillis(50));
        var reading = new CountDownLatch(2);
        var end = new CountDownLatch(1);
        var threads = Executors.newFixedThreadPool(2);
        try {
            for (int i = 0; i < 2; i++) {
                threads.submit(() -> turns.take(() -> {
                    reading.countDown();
                    return awaited(end);
                }));
            }
            assertThat(reading.await(10, TimeUnit.SECONDS)).isTrue();

            assertThatThrownBy(() -> turns.take(() -> "read")).isInstanceOf(Turns.BusyException.class);
        } finally {
            end.countDown();
            threads.shutdown();
        }
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(turns.take(() -> "read")).isEqualTo("read");
    }

    @Test
    void whoFailsGivesItsTurnBack() {
        var turns = new Turns(Duration.ofMillis(50));

        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> turns.take(() -> {
                        throw new IllegalStateException("failed");
                    }))
                    .hasMessage("failed");
        }
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            return latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
