package io.patienthttp.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patienthttp.payload.AesGcmCipher.Key;
import io.patienthttp.spi.PayloadCipher.UnsealException;
import io.patienthttp.spi.PayloadCipher.UnsealException.Reason;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AesGcmCipherTest {

    private static final byte[] PLACE = "request:outcome".getBytes(UTF_8);
    private static final byte[] VALUE = "{\"a\":\"top secret\"}".getBytes(UTF_8);

    private final Key old = Key.of("2025", secret(1));
    private final Key young = Key.of("2026", secret(2));
    private final AesGcmCipher cipher = AesGcmCipher.of(List.of(old));

    @Test
    void whatWasSealedIsOpened() {
        for (int size : List.of(0, 1, 15, 16, 17, 100_000)) {
            var value = new byte[size];
            new Random(size).nextBytes(value);

            var sealed = cipher.seal(value, PLACE);

            assertThat(sealed).hasSize(1 + 4 + 12 + size + 16);
            assertThat(cipher.open(sealed, PLACE)).isEqualTo(value);
        }
    }

    @Test
    void aSealedValueShowsNothingAndIsAnotherOneEachTime() {
        var seen = new HashSet<String>();
        for (int i = 0; i < 1000; i++) {
            var sealed = cipher.seal(VALUE, PLACE);
            assertThat(new String(sealed, UTF_8)).doesNotContain("secret");
            assertThat(seen.add(HexFormat.of().formatHex(sealed, 5, 17)))
                    .as("a nonce that was used before")
                    .isTrue();
        }
    }

    @Test
    void aChangeOfAnyBitIsNoticed() {
        var sealed = cipher.seal(VALUE, PLACE);
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            var changed = sealed.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);

            assertThatThrownBy(() -> cipher.open(changed, PLACE)).isInstanceOf(UnsealException.class);
        }
        for (int length = 0; length < sealed.length; length++) {
            var cut = Arrays.copyOf(sealed, length);

            assertThatThrownBy(() -> cipher.open(cut, PLACE)).isInstanceOf(UnsealException.class);
        }
    }

    @Test
    void aValueThatWasMovedIsNoticed() {
        var sealed = cipher.seal(VALUE, PLACE);

        refused(Reason.DAMAGED, cipher, sealed, "request:request".getBytes(UTF_8))
                .hasMessageContaining("\"2025\"");
    }

    @Test
    void theFirstKeySealsAndAllOpen() {
        var before = cipher.seal(VALUE, PLACE);
        var both = AesGcmCipher.of(List.of(young, old));
        var after = both.seal(VALUE, PLACE);

        assertThat(both.open(before, PLACE)).isEqualTo(VALUE);
        assertThat(both.open(after, PLACE)).isEqualTo(VALUE);
        assertThat(AesGcmCipher.of(List.of(old, young)).open(after, PLACE)).isEqualTo(VALUE);
        assertThat(AesGcmCipher.of(List.of(young)).open(after, PLACE)).isEqualTo(VALUE);
        refused(Reason.UNKNOWN_KEY, cipher, after, PLACE).hasMessageContaining("\"2026\"");
    }

    @Test
    void theIdOfAKeyIsPartOfWhatIsSealed() {
        var same = AesGcmCipher.of(List.of(Key.of("2025", secret(1)), Key.of("2024", secret(1))));
        var sealed = same.seal(VALUE, PLACE);
        sealed[4] = '4';

        refused(Reason.DAMAGED, same, sealed, PLACE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 16, 24, 31, 33, 64})
    void aKeyOfAnotherLengthIsRefusedUnseen(int length) {
        var secret = Arrays.copyOf("SECRET".repeat(11).getBytes(UTF_8), length);
        var base64 = Base64.getEncoder().encodeToString(secret);

        assertThatThrownBy(() -> Key.of("main", secret))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"main\" must have 32 bytes")
                .hasMessageContaining("had " + length)
                .message()
                .doesNotContain("SECRET");
        assertThatThrownBy(() -> Key.parse("main:" + base64))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(length == 0 ? "" : e.toString()).doesNotContain("U0VDUkVU"));
    }

    @Test
    void aKeyIsReadFromItsText() {
        var parsed = Key.parse("2025:" + Base64.getEncoder().encodeToString(secret(1)));

        assertThat(AesGcmCipher.of(List.of(parsed)).open(cipher.seal(VALUE, PLACE), PLACE))
                .isEqualTo(VALUE);
        assertThat(parsed).hasToString("Key[2025]");
        assertThat(cipher).hasToString("AesGcmCipher[2025]");
    }

    @Test
    void aTextThatIsNoKeyIsRefusedUnseen() {
        var base64 = Base64.getEncoder().encodeToString(secret(9));
        var swapped = base64.substring(0, 43) + ":main";
        for (var text : List.of(base64, swapped, base64 + ":main", ":" + base64, "main:", "main:!" + base64, "")) {
            assertThatThrownBy(() -> Key.parse(text))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasNoCause()
                    .satisfies(e -> assertThat(e.toString()).doesNotContain(base64.substring(0, 8)));
        }
    }

    @Test
    void aKeyInThePlaceOfTheIdIsRefusedUnseen() {
        var base64 = Base64.getUrlEncoder().withoutPadding().encodeToString(secret(9));
        var hex = HexFormat.of().formatHex(secret(9));
        for (var key : List.of(base64, hex)) {
            assertThatThrownBy(() -> Key.parse(key + ":main"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .message()
                    .doesNotContain(key);
        }
    }

    @Test
    void aChangeOfTheCallersArrayDoesNotChangeTheKey() {
        var secret = secret(1);
        var key = Key.of("2025", secret);
        Arrays.fill(secret, (byte) 0);

        assertThat(AesGcmCipher.of(List.of(key)).open(cipher.seal(VALUE, PLACE), PLACE))
                .isEqualTo(VALUE);
    }

    @Test
    void keysMustBeSomeAndHaveDifferentIds() {
        assertThatThrownBy(() -> AesGcmCipher.of(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> AesGcmCipher.of(List.of(old, Key.of("2025", secret(3)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"2025\" twice");
    }

    @Test
    void manyThreadsUseOneCipher() {
        IntStream.range(0, 2000).parallel().forEach(i -> {
            var value = ("{\"i\":" + i + "}").getBytes(UTF_8);
            assertThat(cipher.open(cipher.seal(value, PLACE), PLACE)).isEqualTo(value);
        });
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> refused(
            Reason reason, AesGcmCipher cipher, byte[] sealed, byte[] place) {
        return assertThatThrownBy(() -> cipher.open(sealed, place))
                .isInstanceOfSatisfying(
                        UnsealException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    private static byte[] secret(int seed) {
        var secret = new byte[32];
        new Random(seed).nextBytes(secret);
        return secret;
    }
}
