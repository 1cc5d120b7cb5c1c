package io.patienthttp.spi;

import io.patienthttp.Callback;
import java.util.Optional;
import java.util.Set;

/** Finds registered callbacks. Never instantiates anything. Safe for all threads. */
public interface CallbackResolver {

    /** The callback that is registered under the name. */
    Optional<Callback> byName(String name);

    /** The name under which a callback of the class name, or of the name itself, is registered. */
    Optional<String> nameOf(String classOrName);

    /** All registered names, for messages. */
    Set<String> names();
}
