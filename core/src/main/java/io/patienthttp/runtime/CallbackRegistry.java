package io.patienthttp.runtime;

import io.patienthttp.Callback;
import io.patienthttp.spi.CallbackResolver;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The callbacks that the application registered, by name and by class. */
final class CallbackRegistry implements CallbackResolver {

    private static final int LONGEST_NAME = 500;

    private final Map<String, Callback> byName = new TreeMap<>();
    private final Map<String, String> nameByClass = new TreeMap<>();

    void add(Class<?> userClass, Callback callback) {
        var name = Bounds.notBlank("name of callback " + userClass.getName(), callback.name());
        if (name.length() > LONGEST_NAME || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("name of callback " + userClass.getName() + " must have at most "
                    + LONGEST_NAME + " characters and no NUL, had " + name.length());
        }
        var other = byName.putIfAbsent(name, callback);
        if (other != null) {
            throw new IllegalArgumentException("callback \"" + name + "\" is registered twice, as "
                    + other.getClass().getName() + " and as " + userClass.getName() + ": override Callback.name()");
        }
        nameByClass.put(userClass.getName(), name);
    }

    void requireOne() {
        if (byName.isEmpty()) {
            throw new IllegalStateException("no callback is registered: give .callback(new MyCallback())");
        }
    }

    @Override
    public Optional<Callback> byName(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    @Override
    public Optional<String> nameOf(String classOrName) {
        return byName.containsKey(classOrName)
                ? Optional.of(classOrName)
                : Optional.ofNullable(nameByClass.get(classOrName));
    }

    @Override
    public Set<String> names() {
        return new TreeSet<>(byName.keySet());
    }
}
