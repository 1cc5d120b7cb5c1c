package io.patienthttp;

import java.util.Objects;

/**
 * A reference to a secret by its name. A request stores the name; the value is looked up in the process that sends it,
 * for each attempt, and reaches neither the database nor a log (parity 36, 37).
 *
 * <p>Immutable and safe for all threads.
 */
public final class Secret {

    private final String name;
    private final String prefix;

    private Secret(String name, String prefix) {
        this.name = name;
        this.prefix = prefix;
    }

    /**
     * Refers to the secret that is registered under the name.
     *
     * @throws IllegalArgumentException if the name is blank
     */
    public static Secret named(String name) {
        return new Secret(Checks.notBlank("secret name", name), "");
    }

    /** The same secret, sent behind a fixed text: {@code Secret.named("openai").prefixed("Bearer ")}. */
    public Secret prefixed(String text) {
        return new Secret(name, Checks.headerValue("prefix of secret " + name, text));
    }

    /** The name that it is registered under. */
    public String name() {
        return name;
    }

    /** The text that is sent before the value; empty by default. */
    public String prefix() {
        return prefix;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && name.equals(secret.name) && prefix.equals(secret.prefix);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, prefix);
    }

    @Override
    public String toString() {
        return prefix + "<secret:" + name + ">";
    }
}
