package io.patienthttp.demo.slow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.patienthttp.demo.slow.SlowAnswer.BadParameterException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class SlowAnswerTest {

    @Test
    void nothingGivenMeansTheDefaults() {
        assertThat(SlowAnswer.parse(null, null, null, null))
                .isEqualTo(new SlowAnswer(Duration.ofSeconds(1), 200, 1024, true));
    }

    @Test
    void boundsAreAllowed() {
        assertThat(SlowAnswer.parse("10m", "599", "10MB", "text"))
                .isEqualTo(new SlowAnswer(Duration.ofMinutes(10), 599, 10 * 1024 * 1024, false));
        assertThat(SlowAnswer.parse("0s", "200", "0B", "json").size()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "delay, 10m1s", "delay, 601s", "delay, -1s", "delay, soon", "delay, ''", "delay, 99999999999999999999s",
        "status, 199", "status, 600", "status, ok", "size, 10241KB", "size, -1B", "size, big",
        "size, 99999999999999TB", "type, xml"
    })
    void badValueNamesItsField(String field, String value) {
        assertThatExceptionOfType(BadParameterException.class)
                .isThrownBy(() -> SlowAnswer.parse(
                        field.equals("delay") ? value : null,
                        field.equals("status") ? value : null,
                        field.equals("size") ? value : null,
                        field.equals("type") ? value : null))
                .withMessageStartingWith(field + " must be ")
                .satisfies(e -> assertThat(e.field()).isEqualTo(field));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 12, 13, 14, 1000, 100_000})
    void fillerIsJsonOfExactlyThatSize(int size) throws Exception {
        var json = new Filler(size, true).getContentAsString(StandardCharsets.UTF_8);

        assertThat(json).hasSize(size);
        assertThat(JsonMapper.shared().readTree(json)).isNotNull();
    }

    @Test
    void fillerIsTextOfExactlyThatSize() throws Exception {
        assertThat(new Filler(3, false).getContentAsString(StandardCharsets.UTF_8))
                .isEqualTo("xxx");
    }
}
