package io.patienthttp.benchmarks.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PayloadTest {

    private final Payload payload = Payload.of(1, 4096);

    @Test
    void bodiesAreJsonOfTheSizeAndCompressNeitherTooWellNorNotAtAll() {
        for (int i = 0; i < 64; i++) {
            assertThat(payload.bytes(i)).hasSize(4096);
            assertThat(Payload.compressibility(payload.bytes(i))).isBetween(1.5, Payload.MOST_COMPRESSIBLE);
            assertThat(payload.text(i)).matches("\\{\"id\":[0-9]+,\"text\":\"[a-z0-9 ]+\"}");
        }
    }

    @Test
    void theSameSeedGivesTheSameBodiesAndEachNumberAnother() {
        assertThat(Payload.of(1, 4096).bytes(7)).isEqualTo(payload.bytes(7));
        assertThat(payload.bytes(8)).isNotEqualTo(payload.bytes(7));
    }

    @Test
    void aBodyThatIsAllTheSameWouldBeRefused() {
        assertThat(Payload.compressibility("x".repeat(4096).getBytes(StandardCharsets.US_ASCII)))
                .isGreaterThan(Payload.MOST_COMPRESSIBLE);
    }
}
