package io.patienthttp.internal.http;

import java.util.Optional;

/** Finds secret values; empty if this process does not know the name. May block; used by several threads. */
@FunctionalInterface
public interface SecretSource {

    /** The value, which is never logged or stored. What it throws counts as not known here. */
    Optional<String> find(String name) throws Exception;
}
