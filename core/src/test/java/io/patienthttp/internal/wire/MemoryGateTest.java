package io.patienthttp.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patienthttp.internal.wire.MemoryGate.Permit;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryGateTest {

    private static final long MIB = 1 << 20;

    /** For two values of 1 MiB, each with its copies. */
    private final MemoryGate gate = new MemoryGate(8 * MIB);

    @Test
    void permitsAreGrantedInTheirOrderAsFarAsTheBoundAllows() {
        var first = gate.ask(MIB);
        var second = gate.ask(MIB);
        var third = gate.ask(MIB);
        var fourth = gate.ask(MIB);

        assertThat(first.granted()).isCompleted();
        assertThat(second.granted()).isCompleted();
        assertThat(third.granted()).isNotDone();
        first.close();
        first.close();
        assertThat(third.granted()).isCompleted();
        assertThat(fourth.granted()).isNotDone();
    }

    @Test
    void whatIsLargerThanTheBoundIsGrantedAlone_AndNotPassed() {
        var before = gate.ask(MIB);
        var huge = gate.ask(100 * MIB);
        var after = gate.ask(MIB);

        assertThat(huge.granted()).isNotDone();
        assertThat(after.granted()).isNotDone();
        before.close();
        assertThat(huge.granted()).isCompleted();
        assertThat(after.granted()).isNotDone();
        huge.close();
        assertThat(after.granted()).isCompleted();
    }

    @Test
    void smallValuesPass() {
        gate.ask(100 * MIB);

        for (int i = 0; i < 1_000; i++) {
            assertThat(gate.ask(MIB / 4 - 1).granted()).isCompleted();
        }
        assertThat(gate.ask(MIB / 4).granted()).isNotDone();
    }

    @Test
    void whatWasReadTakesLess() {
        var first = gate.ask(MIB);
        var second = gate.ask(MIB);
        var third = gate.ask(MIB);

        first.settle();
        assertThat(third.granted()).isNotDone();
        second.settle();

        assertThat(third.granted()).isCompleted();
        var fourth = gate.ask(MIB);
        assertThat(fourth.granted()).isNotDone();
        List.of(first, second, third, fourth).forEach(Permit::close);
        assertThat(gate.ask(100 * MIB).granted()).as("nothing is held").isCompleted();
    }

    @Test
    void whoAsksNoLongerIsPassed() throws Exception {
        var first = gate.ask(100 * MIB);
        var second = gate.ask(MIB);
        var third = gate.ask(MIB);

        assertThat(second.await(Duration.ofMillis(1))).isFalse();
        assertThat(second.granted()).isCancelled();
        first.close();

        assertThat(third.await(Duration.ofSeconds(10))).isTrue();
        assertThat(gate.ask(MIB).granted()).as("the second one holds nothing").isCompleted();
    }

    @Test
    void whoIsInterruptedAsksNoLonger() {
        gate.ask(100 * MIB);
        var second = gate.ask(MIB);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> second.await(Duration.ofSeconds(10))).isInstanceOf(InterruptedException.class);

        assertThat(second.granted()).isCancelled();
    }
}
