package io.patienthttp.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StatisticsTest {

    @Test
    void theMedianIsTheMiddleOne() {
        assertThat(Statistics.median(List.of(9.0, 1.0, 2.0))).isEqualTo(2);
        assertThat(Statistics.median(List.of(9.0, 1.0, 2.0, 3.0))).isEqualTo(2.5);
    }

    @Test
    void aPercentileIsTheNearestRank() {
        var hundred = IntStream.rangeClosed(1, 100).mapToObj(Double::valueOf).toList();

        assertThat(Statistics.percentile(hundred, 0.5)).isEqualTo(50);
        assertThat(Statistics.percentile(hundred, 0.99)).isEqualTo(99);
        assertThat(Statistics.percentile(hundred, 1)).isEqualTo(100);
        assertThat(Statistics.percentile(List.of(3.0, 1.0, 2.0), 0.5)).isEqualTo(2);
        assertThat(Statistics.percentile(List.of(5.0), 0.99)).isEqualTo(5);
    }

    @Test
    void ofNothingThereIsNone() {
        assertThatThrownBy(() -> Statistics.percentile(List.of(), 0.5)).isInstanceOf(IllegalArgumentException.class);
    }
}
