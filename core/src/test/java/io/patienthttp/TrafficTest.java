package io.patienthttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrafficTest {

    @Test
    void aPercentileIsSpreadBetweenItsBounds() {
        var traffic = tookAtMost(new long[] {0, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0});

        assertThat(traffic.percentile(0)).isEqualTo(Duration.ofMillis(200));
        assertThat(traffic.percentile(0.5)).isEqualTo(Duration.ofMillis(350));
        assertThat(traffic.percentile(1)).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void percentilesGoByTheWholeHistogram() {
        var traffic = tookAtMost(new long[] {90, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 1});

        assertThat(traffic.percentile(0.5)).isBetween(Duration.ofMillis(27), Duration.ofMillis(28));
        assertThat(traffic.percentile(0.95)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
        assertThat(traffic.percentile(0.99)).isEqualTo(Duration.ofSeconds(2));
        assertThat(traffic.percentile(1)).isEqualTo(Duration.ofMinutes(5));
        assertThat(traffic.mean()).isEqualTo(Duration.ofMillis(10));
    }

    @Test
    void nothingTookNoTime() {
        assertThat(Traffic.NONE.mean()).isZero();
        assertThat(Traffic.NONE.percentile(0.99)).isZero();
        assertThat(Traffic.NONE.errors()).isZero();
    }

    @Test
    void aBadValueIsRefusedWithItsName() {
        assertThatThrownBy(() -> Traffic.NONE.percentile(95)).hasMessage("share must be between 0 and 1, was 95.0");
        assertThatThrownBy(() -> new Traffic(0, 0, 0, 0, 0, Duration.ZERO, List.of(1L)))
                .hasMessage("histogram must have 13 counts, had 1");
    }

    private static Traffic tookAtMost(long[] histogram) {
        assertThat(Collections.max(Traffic.BOUNDS)).isEqualTo(Duration.ofMinutes(5));
        return new Traffic(
                100,
                1,
                2,
                3,
                4,
                Duration.ofSeconds(1),
                Arrays.stream(histogram).boxed().toList());
    }
}
