package io.patienthttp.faults;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What the victim held when it was struck, as the tables said right after it, or as long as the fault lasted. */
final class Fault {

    private final long nanos;
    private final boolean kill;
    private final long pid;
    private final Set<String> inFlight = ConcurrentHashMap.newKeySet();
    private final Set<String> callbacks = ConcurrentHashMap.newKeySet();
    private final Set<String> undelivered = ConcurrentHashMap.newKeySet();
    private volatile long end;

    /**
     * A fault that strikes now.
     *
     * @param kill whether it ended the process: SIGKILL
     */
    Fault(boolean kill, long pid) {
        this.nanos = System.nanoTime();
        this.kill = kill;
        this.pid = pid;
    }

    /** Takes down what the process holds, according to the tables. */
    void look(Tables tables) {
        var picked = tables.callbacks(pid);
        callbacks.addAll(picked);
        undelivered.addAll(picked);
        undelivered.removeAll(tables.delivered());
        inFlight.addAll(tables.inFlight(pid));
        end = System.nanoTime();
    }

    /** When its victim was last looked at. */
    long end() {
        return end;
    }

    /** The process that it struck. */
    long pid() {
        return pid;
    }

    /** When it struck, by {@code System.nanoTime}. */
    long nanos() {
        return nanos;
    }

    /** The requests that the process owned: their outcomes were not committed. */
    Set<String> inFlight() {
        return inFlight;
    }

    /** The requests whose callback jobs it had picked. */
    Set<String> callbacks() {
        return callbacks;
    }

    /** Of these, the ones whose callback had not taken effect. */
    Set<String> undelivered() {
        return undelivered;
    }

    /** Whether it is a kill that struck something: a row in flight, an outcome that was not recorded, or a callback. */
    boolean counts() {
        return kill && !(inFlight.isEmpty() && callbacks.isEmpty());
    }
}
