package io.patienthttp;

import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the application gave along with a request and gets back with its outcome. JSON only: a map, or a record that was
 * turned into one at the call; no class name is stored (parity 20, 21). Numbers come back as Integer, Long, BigInteger or
 * Double, whichever is the first that holds them. Immutable and safe for all threads.
 */
public final class CallbackArgs {

    private static final CallbackArgs EMPTY = new CallbackArgs(Map.of());

    private final Map<String, @Nullable Object> values;

    private CallbackArgs(Map<String, @Nullable Object> values) {
        this.values = values;
    }

    /** No arguments. */
    public static CallbackArgs empty() {
        return EMPTY;
    }

    /**
     * Copies a map, or turns a record into one.
     *
     * @throws IllegalArgumentException if it is neither, or a value is not JSON, or deeper than 100 levels; the message
     *     has its path
     */
    public static CallbackArgs of(Object mapOrRecord) {
        if (mapOrRecord instanceof CallbackArgs args) {
            return args;
        }
        if (mapOrRecord instanceof Map<?, ?> map) {
            return new CallbackArgs(Json.copyOf(map, "callbackArgs"));
        }
        if (mapOrRecord instanceof Record) {
            return new CallbackArgs(Json.copyOf(Json.MAPPER.convertValue(mapOrRecord, Map.class), "callbackArgs"));
        }
        throw new IllegalArgumentException("callbackArgs must be a map or a record, was "
                + mapOrRecord.getClass().getName());
    }

    /**
     * The value under the key, which may be null.
     *
     * @throws NoSuchElementException if there is no such key; the message names those that there are
     */
    public @Nullable Object get(String key) {
        if (!values.containsKey(key)) {
            throw new NoSuchElementException("callbackArgs have no \"" + key + "\", only " + Json.keys(values));
        }
        return values.get(key);
    }

    /** The value under the key, or the fallback if there is no such key. */
    public @Nullable Object getOrDefault(String key, @Nullable Object fallback) {
        return values.containsKey(key) ? values.get(key) : fallback;
    }

    /** Whether there is a value, null included, under the key. */
    public boolean contains(String key) {
        return values.containsKey(key);
    }

    /** The keys, in the order in which they were given. */
    public Set<String> keys() {
        return values.keySet();
    }

    /** Whether no arguments were given. */
    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** The arguments as an immutable map of JSON values. */
    public Map<String, @Nullable Object> toMap() {
        return values;
    }

    /**
     * The arguments as a record or another type that Jackson can bind.
     *
     * @throws tools.jackson.core.JacksonException if they do not fit
     */
    public <T> T as(Class<T> type) {
        return Json.MAPPER.convertValue(values, type);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CallbackArgs args && values.equals(args.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return "CallbackArgs" + values.keySet();
    }
}
