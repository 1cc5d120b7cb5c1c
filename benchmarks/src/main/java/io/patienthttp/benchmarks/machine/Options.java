package io.patienthttp.benchmarks.machine;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a child JVM is told at its start: {@code key=value} arguments. */
public record Options(Map<String, String> values) {

    public Options {
        values = Map.copyOf(values);
    }

    /** Keys and values in turn. */
    public static Options of(Object... keysAndValues) {
        var values = new LinkedHashMap<String, String>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put(keysAndValues[i].toString(), keysAndValues[i + 1].toString());
        }
        return new Options(values);
    }

    /** Reads what {@link #arguments} wrote. */
    public static Options parse(String[] arguments) {
        return of(Arrays.stream(arguments)
                .flatMap(argument -> Arrays.stream(argument.split("=", 2)))
                .toArray());
    }

    /** These and those; those win. */
    public Options with(Options other) {
        var both = new LinkedHashMap<>(values);
        both.putAll(other.values);
        return new Options(both);
    }

    /** As arguments of a command. */
    public List<String> arguments() {
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .sorted()
                .toList();
    }

    /** The value, which must be there. */
    public String text(String key) {
        return Optional.ofNullable(values.get(key))
                .orElseThrow(() -> new IllegalArgumentException("option " + key + " is missing"));
    }

    /** The value as a number, which must be there. */
    public int number(String key) {
        return Integer.parseInt(text(key));
    }

    /** Whether the value is there and "true". */
    public boolean is(String key) {
        return Boolean.parseBoolean(values.get(key));
    }
}
