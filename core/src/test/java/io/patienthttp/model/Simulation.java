package io.patienthttp.model;

import static java.util.Comparator.comparingLong;

import io.patienthttp.StorageException;
import io.patienthttp.model.Node.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One run, decided by its seed: first whatever may happen happens; then all faults end, and everything that was accepted
 * must be delivered; then all processes stop, and nothing may be left.
 */
final class Simulation implements Steps, Stacks.Drive {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** Steps; the longest good runs take a fiftieth. */
    private static final int LONGEST = 1_000_000;

    final Bug bug;
    final Chance chance;
    final MemoryDatabase database = new MemoryDatabase(this);
    final Promises promises;
    final Faults faults;
    final Aim aim;
    final Duties duties = new Duties(this);
    final Outside outside;
    private final Stacks stacks;
    private final @Nullable Consumer<String> trace;
    private final Config config;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Actor> suspended = new ArrayList<>();
    private final List<Story> stories;
    private final Turns turns;

    private long now = TimeUnit.DAYS.toNanos(365);
    private @Nullable Actor current;
    private int left;
    private Ending ending;
    private boolean over;
    private int steps;

    Simulation(long seed, Bug bug, Stacks stacks, @Nullable Consumer<String> trace) {
        this.bug = bug;
        this.stacks = stacks;
        this.trace = trace;
        this.chance = new Chance(seed);
        this.aim = Aim.any(chance);
        this.config = Config.any(chance, aim);
        this.promises = new Promises(this, config);
        this.faults = new Faults(this);
        this.stories = Stories.of(chance, config, aim);
        stories.forEach(promises::add);
        database.observe(promises);
        this.outside = new Outside(this);
        this.turns = new Turns(this, aim, duties, outside);
        this.left = aim == Aim.ANYTHING ? 20 + chance.below(120) : 60 + chance.below(140);
    }

    /** Runs it; the promise that was broken, or null. */
    @Nullable
    String run() {
        stacks.run(this);
        return promises.broken();
    }

    /** Whether somebody is where the aim of the run is. */
    boolean isHolding() {
        return suspendedWhere(turns::isHeld) != null;
    }

    boolean isOver() {
        return over;
    }

    boolean isEnding() {
        return ending != null;
    }

    /** Whether faults are over, and nobody is in the middle of something. */
    boolean isQuiet() {
        return ending != null && suspended.isEmpty();
    }

    int steps() {
        return steps;
    }

    List<Node> nodes() {
        return nodes;
    }

    @Nullable
    Node nodeOf(@Nullable UUID owner) {
        for (var node : nodes) {
            if (node.owners.contains(owner)) {
                return node;
            }
        }
        return null;
    }

    /** Tells what happens, to who replays a seed. */
    void trace(Supplier<String> what) {
        if (trace != null) {
            trace.accept(what.get());
        }
    }

    boolean flip() {
        return chance.oneIn(2);
    }

    Actor current() {
        return current;
    }

    // what the code under test calls

    @Override
    public long now() {
        return now;
    }

    @Override
    public void step() {
        var actor = current;
        if (actor == null) {
            return;
        }
        if (++steps > LONGEST) {
            promises.breaks("a run comes to its end");
            over = true;
        }
        checkAlive(actor);
        faults.step(actor);
        checkAlive(actor);
    }

    @Override
    public Fate commitFate() {
        return faults.commitFate();
    }

    @Override
    public boolean conflicts() {
        return current != null && faults.conflicts(current);
    }

    @Override
    public void ended(boolean conflict) {
        if (current != null) {
            promises.ended(current, conflict);
        }
    }

    @Override
    public boolean await(BooleanSupplier ready, long deadline) {
        checkAlive(current);
        if (!ready.getAsBoolean()) {
            suspend(ready, deadline);
        }
        return ready.getAsBoolean();
    }

    /** Lets others go on until the actor's next turn. */
    void suspend(BooleanSupplier ready, long deadline) {
        var actor = current;
        actor.waitFor(ready, deadline);
        actor.stack = stacks.current();
        suspended.add(actor);
        current = null;
        stacks.suspend();
        checkAlive(actor);
    }

    private void checkAlive(@Nullable Actor actor) {
        if (over || (actor != null && actor.isGone())) {
            throw new Killed();
        }
    }

    void attempt(Runnable what) {
        try {
            what.run();
        } catch (StorageException e) {
            trace(() -> "  " + current + " failed: " + e.getMessage());
        }
    }

    // what happens next

    @Override
    public boolean drive() {
        while (true) {
            var gone = suspendedWhere(actor -> over || actor.isGone());
            if (gone != null) {
                resume(gone);
                return false;
            }
            if (over) {
                return true;
            }
            if (promises.broken() != null) {
                over = true;
            } else if (left > 0) {
                left--;
                if (!turns.next()) {
                    return false;
                }
            } else {
                if (ending == null) {
                    endFaults();
                }
                var next = suspendedWhere(actor -> actor.canGoOn(now));
                if (next != null) {
                    resume(next);
                    return false;
                }
                over = ending.next();
            }
        }
    }

    @Nullable
    Actor suspendedWhere(Predicate<Actor> which) {
        for (var actor : suspended) {
            if (which.test(actor)) {
                return actor;
            }
        }
        return null;
    }

    /** Null if nobody is in the middle of something. */
    @Nullable
    Actor anySuspended() {
        return suspended.isEmpty() ? null : suspended.get(chance.below(suspended.size()));
    }

    /** Has it go on; whoever drives must end. */
    void resume(Actor actor) {
        suspended.remove(actor);
        var stack = actor.stack;
        actor.stack = null;
        current = actor;
        stacks.resume(stack);
    }

    /** Has the actor do it, unless it is in the middle of something. */
    void perform(Actor actor, String what, Runnable duty) {
        if (actor.busy) {
            return;
        }
        actor.busy = true;
        actor.duty = what;
        actor.conflicts = 0;
        current = actor;
        var quiet = isQuiet();
        promises.wakes.begins(actor);
        trace(() -> now / SECOND % 100_000 + " " + actor + ": " + what);
        try {
            duty.run();
            promises.did(actor);
            if (quiet && isQuiet()) {
                promises.wakes.done(actor);
            }
        } catch (Killed e) {
            trace(() -> "  " + actor + " is gone");
        } catch (StorageException e) { // as the roots of threads do
            promises.failed(actor, e);
            trace(() -> "  " + actor + " failed: " + e.getMessage());
        } finally {
            actor.busy = false;
            current = null;
        }
    }

    // time

    /** Lets time pass, in which living processes beat; less of it if a beat has more to do. */
    void advance(long nanos) {
        long target = now + nanos;
        while (promises.broken() == null && unfinishedBeat() == null) {
            var next = nodes.stream().filter(node -> mustBeat(node, target)).min(comparingLong(Node::beatDue));
            if (next.isEmpty()) {
                now = Math.max(now, target);
                return;
            }
            now = Math.max(now, next.get().beatDue());
            perform(next.get().heartbeat, "beat", next.get()::beat);
        }
    }

    @Nullable
    Actor unfinishedBeat() {
        return suspendedWhere(actor -> actor.node != null && actor == actor.node.heartbeat && actor.canGoOn(now));
    }

    private static boolean mustBeat(Node node, long target) {
        return node.started && node.beating && !node.dead && !node.heartbeat.busy && node.beatDue() <= target;
    }

    // processes

    Node addNode() {
        var node = new Node(this, nodes.size() + 1, config, Stories.OUTCOMES);
        node.knowsCallbacks = ending != null || !chance.oneIn(12);
        nodes.add(node);
        perform(node.lifecycle, "start", node::start);
        if (!node.started && !node.lifecycle.busy) {
            node.dead = true;
        }
        return node;
    }

    long countUp() {
        return nodes.stream().filter(node -> !node.dead && !node.stopping).count();
    }

    void kill(Node node, String why) {
        trace(() -> "KILL " + node + " by " + why);
        node.dead = true;
        node.exchanges.clear();
        database.disconnect(node);
    }

    void stop(Node node) {
        if (node.started && !node.stopping) {
            perform(node.lifecycle, "stop", () -> node.stop(chance.below(20) * SECOND));
        }
    }

    private void endFaults() {
        trace(() -> "FAULTS END");
        faults.end();
        database.comeBack();
        nodes.forEach(node -> {
            node.frozenUntil = Math.min(node.frozenUntil, now);
            node.knowsCallbacks = true;
        });
        ending = new Ending(this);
    }

    List<Story> stories() {
        return stories;
    }

    Story anyStory() {
        return stories.get(chance.below(stories.size()));
    }
}
