package io.patienthttp.model;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What would be a thread: of a process, or of somebody outside. Does one thing at a time. */
final class Actor {

    final String name;

    /** Null for somebody outside. */
    final @Nullable Node node;

    boolean busy;

    /** How often in a row another transaction was in its way, and how often one will be. */
    int conflicts;

    int conflictsToCome;

    /** What it does, or did last. */
    String duty = "";

    // while it is suspended
    Stacks.@Nullable Stack stack;
    private BooleanSupplier ready = () -> true;
    private long deadline;

    Actor(String name, @Nullable Node node) {
        this.name = name;
        this.node = node;
    }

    void waitFor(BooleanSupplier what, long until) {
        ready = what;
        deadline = until;
    }

    boolean isSuspended() {
        return stack != null;
    }

    /** Whether its process is there no more. */
    boolean isGone() {
        return node != null && node.dead;
    }

    boolean canGoOn(long now) {
        return stack != null
                && (isGone() || ((node == null || !node.isFrozen(now)) && (now >= deadline || ready.getAsBoolean())));
    }

    @Override
    public String toString() {
        return (node == null ? "" : node + ".") + name;
    }
}
