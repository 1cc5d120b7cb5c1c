package io.patienthttp;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The JSON mapper of bodies and callback arguments, and the check that a value is JSON and nothing else. */
final class Json {

    static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** Far below what Jackson reads (StreamReadConstraints: 500), so that nothing is stored that cannot be read. */
    private static final int MAX_DEPTH = 100;

    /** Below the 1,000 digits that Jackson reads. */
    private static final int MAX_BITS = 3_000;

    /** Below the 50,000 characters that Jackson reads. */
    private static final int LONGEST_KEY = 10_000;

    private Json() {}

    /**
     * Copies a map whose values are JSON-native; any other value is refused with its path (parity 20), and so is one
     * that would not come back from the database as it was.
     */
    static Map<String, @Nullable Object> copyOf(Map<?, ?> map, String path) {
        return copyOf(map, path, 1);
    }

    private static Map<String, @Nullable Object> copyOf(Map<?, ?> map, String path, int depth) {
        checkDepth(path, depth);
        var copy = new LinkedHashMap<String, @Nullable Object>();
        map.forEach((key, value) -> {
            if (!(key instanceof String name)) {
                throw new IllegalArgumentException("keys of " + path + " must be strings, was " + typeOf(key));
            }
            if (name.length() > LONGEST_KEY) {
                throw new IllegalArgumentException("keys of " + path + " must have at most " + LONGEST_KEY
                        + " characters, one had " + name.length());
            }
            Checks.unicode("a key of " + path, name);
            copy.put(name, copyOf(value, path + "[\"" + name + "\"]", depth));
        });
        return Collections.unmodifiableMap(copy);
    }

    private static @Nullable Object copyOf(@Nullable Object value, String path, int depth) {
        if (value instanceof String text) {
            return Checks.unicode(path, text);
        }
        if (value == null || value instanceof Boolean || isInteger(value)) {
            return value;
        }
        if (value instanceof Number number) {
            return checkNumber(number, path);
        }
        if (value instanceof Map<?, ?> map) {
            return copyOf(map, path, depth + 1);
        }
        if (value instanceof Collection<?> elements) {
            checkDepth(path, depth + 1);
            var copy = new ArrayList<@Nullable Object>(elements.size());
            for (var element : elements) {
                copy.add(copyOf(element, path + "[" + copy.size() + "]", depth + 1));
            }
            return Collections.unmodifiableList(copy);
        }
        throw refused(path, value);
    }

    private static void checkDepth(String path, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("callbackArgs must be nested at most " + MAX_DEPTH
                    + " deep, and are deeper at " + path.substring(0, 60) + "...");
        }
    }

    private static boolean isInteger(Object value) {
        return value instanceof Byte || value instanceof Short || value instanceof Integer || value instanceof Long;
    }

    private static Number checkNumber(Number number, String path) {
        if (number instanceof BigInteger integer) {
            if (integer.bitLength() > MAX_BITS) {
                throw new IllegalArgumentException(
                        path + " must have at most " + MAX_BITS + " bits, had " + integer.bitLength());
            }
            return integer;
        }
        if (number instanceof BigDecimal decimal) {
            var asRead = decimal.doubleValue();
            if (!Double.isFinite(asRead) || BigDecimal.valueOf(asRead).compareTo(decimal) != 0) {
                throw new IllegalArgumentException(
                        path + " must fit a double, because it comes back as one; give it as a string");
            }
            return decimal;
        }
        if (!(number instanceof Double || number instanceof Float) || !Double.isFinite(number.doubleValue())) {
            throw refused(path, number);
        }
        return number;
    }

    private static IllegalArgumentException refused(String path, Object value) {
        return new IllegalArgumentException(path
                + " must be null, a boolean, a finite number, a string, a list or a map of these, was "
                + typeOf(value));
    }

    private static String typeOf(@Nullable Object value) {
        return value == null ? "null" : value.getClass().getName();
    }

    static List<String> keys(Map<String, ?> map) {
        return List.copyOf(map.keySet());
    }
}
