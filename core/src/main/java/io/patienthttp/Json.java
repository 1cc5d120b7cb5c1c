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

    private Json() {}

    /** Copies a map whose values are JSON-native; any other value is refused with its path (parity 20). */
    static Map<String, @Nullable Object> copyOf(Map<?, ?> map, String path) {
        var copy = new LinkedHashMap<String, @Nullable Object>();
        map.forEach((key, value) -> {
            if (!(key instanceof String name)) {
                throw new IllegalArgumentException("keys of " + path + " must be strings, was " + typeOf(key));
            }
            Checks.unicode("a key of " + path, name);
            copy.put(name, copyOf(value, path + "[\"" + name + "\"]"));
        });
        return Collections.unmodifiableMap(copy);
    }

    private static @Nullable Object copyOf(@Nullable Object value, String path) {
        if (value instanceof String text) {
            return Checks.unicode(path, text);
        }
        if (value == null || value instanceof Boolean || isNumber(value)) {
            return value;
        }
        if (value instanceof Map<?, ?> map) {
            return copyOf(map, path);
        }
        if (value instanceof Collection<?> elements) {
            var copy = new ArrayList<@Nullable Object>(elements.size());
            for (var element : elements) {
                copy.add(copyOf(element, path + "[" + copy.size() + "]"));
            }
            return Collections.unmodifiableList(copy);
        }
        throw new IllegalArgumentException(
                path + " must be null, a boolean, a number, a string, a list or a map of these, was " + typeOf(value));
    }

    private static boolean isNumber(Object value) {
        if (value instanceof Double number) {
            return Double.isFinite(number);
        }
        if (value instanceof Float number) {
            return Float.isFinite(number);
        }
        return value instanceof Byte
                || value instanceof Short
                || value instanceof Integer
                || value instanceof Long
                || value instanceof BigInteger
                || value instanceof BigDecimal;
    }

    private static String typeOf(@Nullable Object value) {
        return value == null ? "null" : value.getClass().getName();
    }

    static List<String> keys(Map<String, ?> map) {
        return List.copyOf(map.keySet());
    }
}
