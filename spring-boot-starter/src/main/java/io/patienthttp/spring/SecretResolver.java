package io.patienthttp.spring;

import org.jspecify.annotations.Nullable;

/**
 * A bean that knows secrets which {@code patient-http.secrets} does not have, such as those of a vault. Called for
 * whenever a request that names one is sent, on many threads, each of which it may block up to 10 seconds.
 */
@FunctionalInterface
public interface SecretResolver {

    /** The value of the secret; null if it does not know it: other resolvers are asked then. */
    @Nullable
    String resolve(String name);
}
