package io.patienthttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginTest {

    @ParameterizedTest
    @CsvSource({
        "https://API.example.com/a?b#c,https://api.example.com",
        "https://api.example.com:443,https://api.example.com",
        "HTTP://h:80/,http://h",
        "https://h:80/,https://h:80",
        "http://[::1]:8080/,http://[::1]:8080"
    })
    void itIsSchemeHostAndPort(String url, String origin) {
        assertThat(Origin.of(URI.create(url))).hasToString(origin).isEqualTo(Origin.parse(origin));
    }

    @Test
    void itDiffersInEachPart() {
        assertThat(Origin.parse("https://h"))
                .isNotEqualTo(Origin.parse("http://h"))
                .isNotEqualTo(Origin.parse("https://h:444"))
                .isNotEqualTo(Origin.parse("https://h.example"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://h/path", "https://h?q", "https://h/#f", "h", "ftp://h", "*"})
    void whatIsNoOriginIsRefused(String origin) {
        assertThatThrownBy(() -> Origin.parse(origin))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("origin must");
    }
}
