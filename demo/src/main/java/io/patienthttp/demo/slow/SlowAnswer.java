package io.patienthttp.demo.slow;

import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;

/** What the slow API was asked to answer, validated. */
record SlowAnswer(Duration delay, int status, int size, boolean json) {

    static final Duration LONGEST_DELAY = Duration.ofMinutes(10);
    static final DataSize LARGEST_SIZE = DataSize.ofMegabytes(10);

    /** Reads the parameters; null means the default. */
    static SlowAnswer parse(
            @Nullable String delay, @Nullable String status, @Nullable String size, @Nullable String type) {
        return new SlowAnswer(
                parse("delay", delay == null ? "1s" : delay, SlowAnswer::delay),
                parse("status", status == null ? "200" : status, SlowAnswer::status),
                parse("size", size == null ? "1KB" : size, SlowAnswer::size),
                parse("type", type == null ? "json" : type, SlowAnswer::isJson));
    }

    private static <T> T parse(String field, String value, Function<String, T> parser) {
        try {
            return parser.apply(value);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new BadParameterException(field, value, limits(field));
        }
    }

    private static Duration delay(String value) {
        var delay = DurationStyle.detectAndParse(value);
        return require(delay, !delay.isNegative() && delay.compareTo(LONGEST_DELAY) <= 0);
    }

    private static int status(String value) {
        var status = Integer.parseInt(value);
        return require(status, status >= 200 && status <= 599);
    }

    private static int size(String value) {
        var size = DataSize.parse(value);
        return (int) require(size, !size.isNegative() && size.compareTo(LARGEST_SIZE) <= 0)
                .toBytes();
    }

    private static boolean isJson(String value) {
        return require(value, value.equals("json") || value.equals("text")).equals("json");
    }

    private static <T> T require(T value, boolean condition) {
        if (!condition) {
            throw new IllegalArgumentException("out of bounds: " + value);
        }
        return value;
    }

    private static String limits(String field) {
        return switch (field) {
            case "delay" -> "a duration from 0s to 10m, such as 2s or 500ms";
            case "status" -> "a number from 200 to 599";
            case "size" -> "a size from 0B to 10MB, such as 1KB";
            default -> "json or text";
        };
    }

    /** Whether the status allows a body (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5). */
    boolean hasBody() {
        return size > 0 && status != 204 && status != 205 && status != 304;
    }

    /** A parameter out of its bounds. */
    static final class BadParameterException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final String field;

        BadParameterException(String field, String value, String expected) {
            super(field + " must be " + expected + ", was \"" + value + "\"");
            this.field = field;
        }

        String field() {
            return field;
        }
    }
}
