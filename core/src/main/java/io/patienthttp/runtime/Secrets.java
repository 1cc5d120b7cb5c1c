package io.patienthttp.runtime;

import io.patienthttp.Origin;
import io.patienthttp.internal.http.SecretSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The secrets that the application registered, and its resolver for all others (parity 34, 35). */
final class Secrets implements SecretSource {

    private final Map<String, Bound<Supplier<String>>> registered = new LinkedHashMap<>();
    private Bound<Function<String, @Nullable String>> resolver = new Bound<>(name -> null, Set.of());

    Secrets() {}

    Secrets(Secrets other) {
        this.registered.putAll(other.registered);
        this.resolver = other.resolver;
    }

    void register(String name, Supplier<String> value, String... origins) {
        registered.put(Bounds.notBlank("secret", name), new Bound<>(value, parse(origins)));
    }

    void resolveOthers(Function<String, @Nullable String> value, String... origins) {
        resolver = new Bound<>(value, parse(origins));
    }

    private static Set<Origin> parse(String... origins) {
        return Arrays.stream(origins).map(Origin::parse).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Optional<String> find(String name) {
        var own = registered.get(name);
        return Optional.ofNullable(
                own == null ? resolver.value().apply(name) : own.value().get());
    }

    @Override
    public Set<Origin> origins(String name) {
        var own = registered.get(name);
        return own == null ? resolver.origins() : own.origins();
    }

    /** Names only. */
    @Override
    public String toString() {
        return "Secrets" + registered.keySet();
    }

    /** Where a value comes from, and where it may go; anywhere if there are no origins. */
    private record Bound<T>(T value, Set<Origin> origins) {}
}
