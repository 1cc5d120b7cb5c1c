package io.patienthttp.model;

import io.patienthttp.model.Steps.Fate;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** What goes wrong in a run, and when. Which kinds may, the seed decides first, so that some runs are about one alone. */
final class Faults {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Simulation simulation;
    private final Chance chance;
    private final boolean kills;
    private final boolean freezes;
    private final boolean outages;
    private final int lostAnswers;
    private final boolean stops;
    private final boolean lostJobs;
    private final boolean conflicts;
    private final int gap;
    private final int share;
    private final int nodes;
    private int untilNext;
    private boolean begun;
    private boolean ended;
    private int hits = 2;

    Faults(Simulation simulation) {
        this.simulation = simulation;
        this.chance = simulation.chance;
        var aim = simulation.aim;
        var aimed = aim != Aim.ANYTHING;
        this.kills = chance.oneIn(aimed ? 4 : 2);
        this.freezes = chance.oneIn(aimed ? 4 : 2);
        this.outages = chance.oneIn(aimed ? 10 : 3);
        this.lostAnswers = aim == Aim.SLOW_RECORD ? 3 : chance.oneOf(0, 0, 0, 12, 12, aimed ? 0 : 3);
        this.stops = chance.oneIn(aimed ? 10 : 3);
        this.lostJobs = chance.oneIn(aimed ? 10 : 3);
        this.conflicts = chance.oneIn(aimed ? 10 : 4);
        this.gap = chance.oneOf(aimed ? 8 : 3, 8, 20, 50);
        this.share = aimed ? 20 : chance.oneOf(2, 6, 20);
        this.nodes = 2 + chance.below(2);
        this.untilNext = chance.below(gap * 2);
    }

    boolean hasBegun() {
        return begun;
    }

    void begin() {
        begun = true;
    }

    void end() {
        ended = true;
    }

    /** A step of an actor, at which something may happen. */
    void step(Actor actor) {
        if (!begun || ended) {
            return;
        }
        if (hits > 0 && simulation.aim.isAt(actor) && chance.flip()) {
            hits--;
            if (simulation.aim.freezes) {
                freeze(actor.node, 130);
            }
            simulation.suspend(() -> true, 0);
        } else if ((untilNext -= simulation.isHolding() ? 5 : 1) <= 0) {
            untilNext = 1 + chance.below(gap * 2);
            at(actor);
        }
    }

    /** Something happens to an actor between two steps: mostly that others have their turn. */
    private void at(Actor actor) {
        var node = actor.node;
        if (!chance.oneIn(share) || node == null) {
            simulation.suspend(() -> true, 0);
            return;
        }
        switch (chance.below(3)) {
            case 0 -> {
                if (kills) {
                    simulation.kill(node, "a fault in " + actor);
                }
            }
            case 1 -> {
                if (freezes) {
                    freeze(node, chance.oneOf(5, 35, 65, 130));
                    simulation.suspend(() -> true, 0);
                }
            }
            default -> outage();
        }
    }

    /** Whether fewer processes are up than there may be. */
    boolean missesNodes() {
        return simulation.countUp() < nodes;
    }

    /** Something happens between two turns. */
    void atRandom() {
        var all = simulation.nodes();
        var node = all.get(chance.below(all.size()));
        switch (chance.below(5)) {
            case 0 -> {
                if (kills && !node.dead) {
                    simulation.kill(node, "somebody");
                }
            }
            case 1 -> {
                if (node.isFrozen(simulation.now())) {
                    thaw(node);
                } else if (freezes && node.isUp(simulation.now())) {
                    freeze(node, chance.oneOf(5, 35, 65, 130));
                }
            }
            case 2 -> {
                if (stops && node.isUp(simulation.now())) {
                    stop(node);
                }
            }
            case 3 -> {
                if (chance.flip()) {
                    takeJobAway();
                } else {
                    forget(node);
                }
            }
            default -> outage();
        }
    }

    private void freeze(Node node, int seconds) {
        node.frozenUntil = simulation.now() + seconds * SECOND;
        node.nextBeat = Math.max(node.nextBeat, node.frozenUntil + chance.below(4) * SECOND);
        node.lastTrouble = Math.max(node.lastTrouble, node.frozenUntil);
        simulation.trace(() -> "FREEZE " + node);
    }

    void thaw(Node node) {
        node.frozenUntil = simulation.now();
        node.nextBeat = simulation.now() + chance.below(4) * SECOND;
        simulation.trace(() -> "THAW " + node);
    }

    private void outage() {
        if (outages) {
            simulation.trace(() -> "OUTAGE");
            simulation.database.goDownUntil(simulation.now() + chance.oneOf(0, 5, 20, 90) * SECOND);
        }
    }

    private void takeJobAway() {
        if (lostJobs && !simulation.database.isDown()) {
            var job = simulation.database.jobs.entries().findFirst();
            job.ifPresent(cell -> {
                simulation.promises.story(cell.key.id()).jobTakenAway = true;
                simulation.trace(() -> "JOB AWAY " + cell.committed);
                simulation.database.takeAway(cell);
            });
        }
    }

    /** Stops it; sometimes when it has just been asked to cancel something, or as the database goes away for a while. */
    private void stop(Node node) {
        if (chance.flip()) {
            cancelSomethingOf(node.lease.owner());
        }
        if (outages && chance.flip()) {
            simulation.database.goDownUntil(simulation.now() + chance.oneOf(1, 3, 6) * SECOND);
        }
        simulation.stop(node);
    }

    private void cancelSomethingOf(UUID owner) {
        simulation.stories().stream()
                .filter(story -> story.seen != null && story.seen.isInFlight(owner))
                .findFirst()
                .ifPresent(simulation.outside::cancel);
    }

    /** Somebody removes the row of a process that died. */
    private void forget(Node node) {
        if (lostJobs && node.dead && !simulation.database.isDown()) {
            var row = simulation
                    .database
                    .processes
                    .entries()
                    .filter(cell -> node.owners.contains(cell.committed.id()))
                    .findFirst();
            row.ifPresent(cell -> {
                var owner = cell.committed.id();
                simulation.promises.forgotten.add(owner);
                if (chance.flip()) {
                    cancelSomethingOf(owner);
                }
                simulation.trace(() -> "PROCESS AWAY " + node);
                if (cell.committed != null && !simulation.database.isDown()) { // the cancel may have met an outage
                    simulation.database.takeAway(cell);
                }
            });
        }
    }

    /** Whether another transaction is in the way: often several times in a row. */
    boolean conflicts(Actor actor) {
        if (!begun || ended || !conflicts) {
            return false;
        }
        if (actor.conflictsToCome > 0) {
            actor.conflictsToCome--;
            return true;
        }
        if (chance.oneIn(8)) {
            actor.conflictsToCome = chance.below(6);
            return true;
        }
        return false;
    }

    Fate commitFate() {
        if (simulation.aim == Aim.SLOW_RECORD && !simulation.current().duty.equals("record")) {
            return Fate.DONE;
        }
        if (!begun || ended || lostAnswers == 0 || !chance.oneIn(lostAnswers)) {
            return Fate.DONE;
        }
        return chance.flip() ? Fate.DONE_ANSWER_LOST : Fate.NOT_DONE_ANSWER_LOST;
    }
}
