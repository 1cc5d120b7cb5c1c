package io.patienthttp.model;

import io.patienthttp.RequestState;
import java.util.concurrent.TimeUnit;

/** Who has the next turn, while all may happen: by chance, and by the aim of the run. */
final class Turns {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    final Chance chance;
    private final Simulation simulation;
    private final Duties duties;
    private final Outside outside;
    private final Aim aim;

    Turns(Simulation simulation, Aim aim, Duties duties, Outside outside) {
        this.simulation = simulation;
        this.chance = simulation.chance;
        this.aim = aim;
        this.duties = duties;
        this.outside = outside;
    }

    /** Does something; false if this thread handed over. */
    boolean next() {
        if (!simulation.faults.hasBegun()) {
            begin();
            return true;
        }
        if (simulation.faults.missesNodes() && chance.oneIn(8)) {
            simulation.addNode();
            return true;
        }
        if (aim != Aim.ANYTHING && chance.below(4) > 0) {
            return towardsTheAim();
        }
        int what = chance.below(100);
        if (what < 40) {
            var actor = simulation.anySuspended();
            if (actor != null && actor.canGoOn(simulation.now()) && (!isHeld(actor) || chance.oneIn(10))) {
                simulation.resume(actor);
                return false;
            }
        } else if (what < 70) {
            duty(anyNode());
        } else if (what < 80) {
            exchange(anyNode());
        } else if (what < 88) {
            outside();
        } else if (what < 96) {
            var beat = simulation.unfinishedBeat();
            if (beat != null) {
                simulation.resume(beat);
                return false;
            }
            passSome();
        } else {
            simulation.faults.atRandom();
        }
        return true;
    }

    /** With an aim: two processes that have been healthy for long enough to reclaim. */
    private void begin() {
        simulation.addNode();
        if (aim != Aim.ANYTHING) {
            simulation.addNode();
            simulation.advance(31 * SECOND);
        }
        simulation.faults.begin();
    }

    private boolean towardsTheAim() {
        var held = simulation.suspendedWhere(this::isHeld);
        var other = simulation.suspendedWhere(actor -> !isHeld(actor) && actor.canGoOn(simulation.now()));
        if (other != null && chance.flip()) {
            simulation.resume(other);
            return false;
        }
        if (held != null) {
            aim.meanwhile(this, held.node);
        } else {
            work(anyNode());
        }
        return true;
    }

    /** What leads to where the aim is: the last thing first. */
    private void work(Node node) {
        if (!isUp(node)) {
            return;
        }
        if (node.queue.hasDue() && chance.flip()) {
            duties.deliver(node);
        } else if (node.commits.unwritten() > 0 && chance.flip()) {
            duties.record(node);
        } else if (node.hasExchange() && chance.flip()) {
            exchange(node);
        } else if (simulation.promises.hasPending() && chance.flip()) {
            duties.claim(node);
        } else {
            submitOne();
        }
    }

    /** Whether it is kept where it is. */
    boolean isHeld(Actor actor) {
        return aim.isAt(actor) && (!aim.freezes || actor.node.isFrozen(simulation.now()));
    }

    private Node anyNode() {
        var nodes = simulation.nodes();
        return nodes.get(chance.below(nodes.size()));
    }

    /** Another process, if one is up. */
    Node another(Node node) {
        var others = simulation.nodes().stream()
                .filter(other -> other != node && isUp(other))
                .toList();
        return others.isEmpty() ? node : others.get(chance.below(others.size()));
    }

    private void duty(Node node) {
        if (!isUp(node)) {
            return;
        }
        switch (chance.below(9)) {
            case 0, 1 -> duties.claim(node);
            case 2, 3 -> duties.record(node);
            case 4, 5 -> duties.deliver(node);
            case 6 ->
                duties.maintain(
                        node,
                        chance.oneOf(
                                Duties.RECLAIM,
                                Duties.RECLAIM,
                                Duties.RECLAIM,
                                Duties.ABORT_CANCELLED,
                                Duties.RECONCILE,
                                Duties.RECONCILE,
                                Duties.SWEEP,
                                Duties.RECLAIM_UNOWNED));
            case 7 -> {
                duties.ring(node);
                duties.reviveDeadJobs(node);
            }
            default -> exchange(node);
        }
    }

    private boolean isUp(Node node) {
        return node.isUp(simulation.now());
    }

    void claim(Node node) {
        if (isUp(node)) {
            duties.claim(node);
        }
    }

    void deliver(Node node) {
        if (isUp(node)) {
            duties.deliver(node);
        }
    }

    void maintain(Node node, int duty) {
        if (isUp(node)) {
            duties.maintain(node, duty);
        }
    }

    void stop(Node node) {
        if (isUp(node)) {
            simulation.stop(node);
        }
    }

    void thaw(Node node) {
        if (node.isFrozen(simulation.now())) {
            simulation.faults.thaw(node);
        }
    }

    /** Sends or answers one of its requests. */
    void exchange(Node node) {
        if (isUp(node) && node.hasExchange()) {
            var open = node.exchanges.stream()
                    .filter(exchange -> !exchange.isDone())
                    .toList();
            open.get(chance.below(open.size())).proceed(simulation);
        }
    }

    private void outside() {
        if (!chance.flip()) {
            operate();
            return;
        }
        var story = simulation.anyStory();
        if (!story.submitted) {
            outside.submit(story);
        } else if (chance.oneIn(3)) {
            outside.cancel(story);
        }
    }

    private void submitOne() {
        simulation.stories().stream()
                .filter(story -> !story.submitted)
                .findFirst()
                .ifPresent(outside::submit);
    }

    /** Whether there was a dead request. */
    boolean operateOnDead() {
        var dead = simulation.stories().stream()
                .filter(story -> story.seen != null && story.seen.state == RequestState.DEAD)
                .findFirst();
        dead.ifPresent(story -> outside.operate(story, chance.below(4)));
        return dead.isPresent();
    }

    private void operate() {
        outside.operate(simulation.anyStory(), chance.below(5));
    }

    private void passSome() {
        simulation.advance(chance.oneOf(1, 1, 2, 5, 15, 31, 70) * SECOND / chance.oneOf(1, 10));
    }

    /** Lets much time pass. */
    void pass() {
        simulation.advance(chance.oneOf(15, 31, 70) * SECOND);
    }
}
