package io.patienthttp.demo.headless;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.demo.DemoTest;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@DemoTest
@ExtendWith(OutputCaptureExtension.class)
class HeadlessRunTest {

    @Autowired
    private HeadlessRun run;

    @Test
    void eachDeliveredOnceIsASuccess(CapturedOutput output) {
        assertThat(run.run(new RunOptions(100, Duration.ofMillis(200), Optional.empty())))
                .isTrue();

        assertThat(output.getOut())
                .containsPattern("100 requests, 100 delivered, 0 duplicates, 0 lost, [0-9.]+ seconds, \\d+ requests");
    }
}
