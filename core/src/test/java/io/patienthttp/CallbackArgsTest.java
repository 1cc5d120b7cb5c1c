package io.patienthttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patienthttp.internal.wire.RequestCodec;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What may be given along with a request, and how it is read (parity 20, 21). */
class CallbackArgsTest {

    record User(long id, List<String> roles) {}

    private final RequestCodec codec = new RequestCodec();

    private CallbackArgs throughTheDatabase(CallbackArgs args) {
        return codec.readArgs(codec.write(args));
    }

    @Test
    void jsonValuesComeBackAsTheyWere() {
        var values = new LinkedHashMap<String, Object>();
        values.put("null", null);
        values.put("true", true);
        values.put("int", 42);
        values.put("long", 1L << 40);
        values.put("big", BigInteger.TWO.pow(100));
        values.put("double", 0.1);
        values.put("text", "grün \0");
        values.put("list", Arrays.asList(1, null, List.of(Map.of("x", "y"))));

        assertThat(throughTheDatabase(CallbackArgs.of(values)).toMap()).isEqualTo(values);
        assertThat(throughTheDatabase(CallbackArgs.of(Map.of("price", new BigDecimal("19.99"))))
                        .toMap())
                .isEqualTo(Map.of("price", 19.99));
    }

    @Test
    void aRecordBecomesAMapAndBack() {
        var args = CallbackArgs.of(new User(7, List.of("a", "b")));

        assertThat(args.toMap()).isEqualTo(Map.of("id", 7L, "roles", List.of("a", "b")));
        assertThat(throughTheDatabase(args).as(User.class)).isEqualTo(new User(7, List.of("a", "b")));
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of(
                        Map.of("user", List.of(Map.of("x", LocalDate.EPOCH))),
                        "callbackArgs[\"user\"][0][\"x\"] must be null, a boolean, a finite number, a string, a list or"
                                + " a map of these, was java.time.LocalDate"),
                Arguments.of(Map.of("a", Double.NaN), "callbackArgs[\"a\"] must be null"),
                Arguments.of(Map.of("a", Float.POSITIVE_INFINITY), "callbackArgs[\"a\"] must be null"),
                Arguments.of(Map.of("a", 'c'), "callbackArgs[\"a\"] must be null"),
                Arguments.of(
                        Map.of("a", new BigDecimal("0.12345678901234567890")), "callbackArgs[\"a\"] must fit a double"),
                Arguments.of(Map.of("a", new BigDecimal("1e400")), "callbackArgs[\"a\"] must fit a double"),
                Arguments.of(Map.of("a", BigInteger.TWO.pow(4_000)), "callbackArgs[\"a\"] must have at most 3000 bits"),
                Arguments.of(Map.of("a", Map.of(1, 2)), "keys of callbackArgs[\"a\"] must be strings, was java.lang"),
                Arguments.of(Map.of("k".repeat(10_001), 1), "keys of callbackArgs must have at most 10000 characters"),
                Arguments.of(List.of(1), "callbackArgs must be a map or a record"),
                Arguments.of("text", "callbackArgs must be a map or a record, was java.lang.String"));
    }

    @ParameterizedTest
    @MethodSource
    void refused(Object args, String message) {
        assertThatThrownBy(() -> CallbackArgs.of(args))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aValueWithinItselfIsRefused() {
        var list = new ArrayList<Object>();
        list.add(list);

        assertThatThrownBy(() -> CallbackArgs.of(Map.of("a", list)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("callbackArgs must be nested at most 100 deep")
                .hasMessageContaining("callbackArgs[\"a\"][0][0]");
    }

    @Test
    void whatIsNestedAsDeepAsAllowedComesBack() {
        Object deep = 1;
        for (int i = 0; i < 99; i++) {
            deep = List.of(deep);
        }
        var args = CallbackArgs.of(Map.of("a", deep));

        assertThat(throughTheDatabase(args)).isEqualTo(args);
    }

    @Test
    void aMissingKeyIsToldWithThoseThatThereAre() {
        var args = CallbackArgs.of(Map.of("here", 1));

        assertThat(args.get("here")).isEqualTo(1);
        assertThat(args.getOrDefault("gone", 2)).isEqualTo(2);
        assertThat(args.contains("gone")).isFalse();
        assertThat(args.keys()).containsExactly("here");
        assertThat(args.isEmpty()).isFalse();
        assertThat(args).hasToString("CallbackArgs[here]");
        assertThatThrownBy(() -> args.get("gone"))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessage("callbackArgs have no \"gone\", only [here]");
    }

    @Test
    void theyAreACopyThatNothingChanges() {
        var list = new ArrayList<Object>(List.of(1));
        var args = CallbackArgs.of(Map.of("a", list));
        list.add(2);

        assertThat(args.get("a")).isEqualTo(List.of(1));
        assertThatThrownBy(() -> args.toMap().put("b", 1)).isInstanceOf(UnsupportedOperationException.class);
    }
}
