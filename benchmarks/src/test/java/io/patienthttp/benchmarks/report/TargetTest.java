package io.patienthttp.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TargetTest {

    @Test
    void whatIsBetweenMustAndAimIsReached() {
        var more = Target.atLeast("rate", "rate", 8, 15.0);
        var less = Target.atMost("cpu", "cpu", 1.2, 0.8);

        assertThat(more.verdict(7.9)).isEqualTo("**missed**");
        assertThat(more.verdict(8)).isEqualTo("reached");
        assertThat(more.verdict(15)).isEqualTo("aim reached");
        assertThat(less.verdict(1.3)).isEqualTo("**missed**");
        assertThat(less.verdict(1.2)).isEqualTo("reached");
        assertThat(less.verdict(0.7)).isEqualTo("aim reached");
    }

    @Test
    void whatIsOnlyAnAimIsNoMissedMust() {
        var aim = Target.aimAtMost("p99", "p99", 250);

        assertThat(aim.verdict(250)).isEqualTo("aim reached");
        assertThat(aim.verdict(251)).isEqualTo("aim missed");
        assertThat(aim.bound(aim.must())).isEmpty();
    }

    @Test
    void whatWasNotMeasuredIsMissed() {
        assertThat(Target.atMost("cpu", "cpu", 1.2, 0.8).verdict(Double.NaN)).isEqualTo("**missed**");
        assertThat(Target.atLeast("rate", "rate", 8, 15.0).verdict(Double.NaN)).isEqualTo("**missed**");
    }
}
