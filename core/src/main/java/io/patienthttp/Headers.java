package io.patienthttp;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The header fields of a response: case-insensitive names, repeated values kept in their order (RFC 9110, section 5).
 * Immutable and safe for all threads. {@link #toString} shows names only, because values may be secret.
 */
public final class Headers {

    private static final Headers EMPTY = new Headers(Map.of());

    private final Map<String, List<String>> values;

    private Headers(Map<String, List<String>> values) {
        this.values = values;
    }

    /** No header at all. */
    public static Headers empty() {
        return EMPTY;
    }

    /** Copies the given headers; names that differ only in case are joined. */
    public static Headers of(Map<String, List<String>> headers) {
        var copy = new LinkedHashMap<String, List<String>>();
        headers.forEach((name, values) ->
                copy.computeIfAbsent(lowerCase(name), n -> new ArrayList<>()).addAll(values));
        copy.replaceAll((name, values) -> List.copyOf(values));
        return new Headers(Collections.unmodifiableMap(copy));
    }

    /** The first value of the header, if it is present. */
    public Optional<String> get(String name) {
        return getAll(name).stream().findFirst();
    }

    /** All values of the header in the order of arrival; empty if it is absent. */
    public List<String> getAll(String name) {
        return values.getOrDefault(lowerCase(name), List.of());
    }

    /** The names, in lower case, in the order of their first appearance. */
    public Set<String> names() {
        return values.keySet();
    }

    /** All headers: lower-case name to values. */
    public Map<String, List<String>> toMap() {
        return values;
    }

    static String lowerCase(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Headers headers && values.equals(headers.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return "Headers" + values.keySet();
    }
}
