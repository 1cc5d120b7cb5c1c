package io.patienthttp.demo.headless;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.patienthttp.demo.deliveries.Batch.Progress;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunOptionsTest {

    @Test
    void optionsAreRead() {
        assertThat(RunOptions.parse("--run=20", "--delay=2s", "--url=http://localhost/"))
                .isEqualTo(new RunOptions(20, Duration.ofSeconds(2), Optional.of("http://localhost/")));
        assertThat(RunOptions.parse("--run")).isEqualTo(new RunOptions(500, Duration.ofSeconds(1), Optional.empty()));
    }

    @Test
    void onlyRunMakesItHeadless() {
        assertThat(RunOptions.isHeadless("--run=5")).isTrue();
        assertThat(RunOptions.isHeadless("--server.port=0", "--runner=5")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--run=0", "--run=-1", "--run=many", "--run="})
    void badNumberIsRefused(String option) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RunOptions.parse(option))
                .withMessageStartingWith("--run ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--delay=-1s", "--delay=soon", "--delay=11m", "--delay="})
    void badDelayIsRefused(String option) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RunOptions.parse("--run=1", option))
                .withMessageStartingWith("--delay ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--url=nonsense", "--url=ftp://localhost/", "--url=http://", "--url=http://local host/"})
    void badUrlIsRefused(String option) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RunOptions.parse("--run=1", option))
                .withMessageStartingWith("--url ");
    }

    @Test
    void summaryHasEachCount() {
        assertThat(Summary.of(new Progress(500, 500, 0), 2.9))
                .isEqualTo("500 requests, 500 delivered, 0 duplicates, 0 lost, 2.9 seconds, 172 requests per second");
        assertThat(Summary.of(new Progress(500, 498, 3), 10))
                .isEqualTo("500 requests, 498 delivered, 3 duplicates, 2 lost, 10.0 seconds, 50 requests per second");
    }
}
