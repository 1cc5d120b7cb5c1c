package io.patienthttp.internal.http;

import io.patienthttp.Origin;
import java.util.Optional;
import java.util.Set;

/** Finds secret values; empty if this process does not know the name. May block; used by several threads. */
@FunctionalInterface
public interface SecretSource {

    /** The value, which is never logged or stored. What it throws counts as not known here. */
    Optional<String> find(String name) throws Exception;

    /** The only origins that may get the value; empty: all may. Asked before the value is looked up; does not block. */
    default Set<Origin> origins(String name) {
        return Set.of();
    }
}
