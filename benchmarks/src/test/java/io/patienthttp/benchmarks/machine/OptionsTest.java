package io.patienthttp.benchmarks.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OptionsTest {

    @Test
    void whatIsWrittenAsArgumentsIsReadAgain() {
        var options = Options.of("url", "jdbc:postgresql://127.0.0.1/x?user=postgres", "threads", 10);

        assertThat(Options.parse(options.arguments().toArray(String[]::new))).isEqualTo(options);
    }
}
