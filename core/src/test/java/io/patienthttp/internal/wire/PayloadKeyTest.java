package io.patienthttp.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadKeyTest {

    private static final UUID INSTALLATION = UUID.randomUUID();
    private static final UUID REQUEST = UUID.randomUUID();

    @Test
    void aKeySaysWhoseItIsAndIsNewEachTime() {
        var key = PayloadKey.next(INSTALLATION, REQUEST);

        assertThat(key.toString()).startsWith(PayloadKey.prefix(INSTALLATION) + REQUEST + "/");
        assertThat(PayloadKey.parse(key.toString())).contains(key);
        assertThat(PayloadKey.next(INSTALLATION, REQUEST)).isNotEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "a/b/c",
                "00000000-0000-7000-8000-000000000001/00000000-0000-7000-8000-000000000002",
                "00000000-0000-7000-8000-000000000001/00000000-0000-7000-8000-000000000002/notes",
                "00000000-0000-7000-8000-000000000001/00000000-0000-7000-8000-000000000002/0-0-7-8-3",
                "00000000-0000-7000-8000-000000000001/00000000-0000-7000-8000-000000000002/"
                        + "00000000-0000-7000-8000-00000000000A",
                "00000000-0000-7000-8000-000000000001/00000000-0000-7000-8000-000000000002/"
                        + "00000000-0000-7000-8000-000000000003/"
            })
    void whatIsNotMadeLikeAKeyIsNone(String text) {
        assertThat(PayloadKey.parse(text)).isEmpty();
    }
}
