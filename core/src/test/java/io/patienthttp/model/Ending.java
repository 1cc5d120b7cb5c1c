package io.patienthttp.model;

import io.patienthttp.RequestState;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/** The end of a run, in which nothing fails any more and everything has its turn: first all work, then all stop. */
final class Ending {

    private static final int LONGEST = 400;

    private final Simulation simulation;
    private final Queue<Runnable> round = new ArrayDeque<>();
    private int rounds;
    private int seen;
    private boolean wasIdle = true;
    private boolean stopping;

    Ending(Simulation simulation) {
        this.simulation = simulation;
    }

    /** Does the next thing; true when the run is over. */
    boolean next() {
        if (round.isEmpty()) {
            if (stopping ? isStopped() : isDone()) {
                if (stopping) {
                    simulation.promises.checkEnd();
                    return true;
                }
                stopping = true;
                simulation.nodes().forEach(simulation::stop);
            }
            if (++rounds > LONGEST) {
                simulation.promises.breaks(
                        (stopping ? "processes stop in the end" : "all is delivered in the end") + ": "
                                + simulation.database.requests.committed().toList() + " "
                                + simulation.database.jobs.committed().toList() + " "
                                + simulation.database.processes.committed().toList());
                return true;
            }
            prepareRound();
        }
        round.remove().run();
        return false;
    }

    private boolean isDone() {
        return simulation.stories().stream().allMatch(story -> story.accepted)
                && simulation.promises.allDelivered()
                && simulation.database.processes.committed().allMatch(process -> isLiving(process));
    }

    private boolean isLiving(ProcessRecord process) {
        var node = simulation.nodeOf(process.id());
        return !node.dead && !node.stopped && node.lease.owner().equals(process.id());
    }

    private boolean isStopped() {
        return simulation.nodes().stream().allMatch(node -> node.dead || node.stopped);
    }

    private void prepareRound() {
        if (!stopping) {
            if (simulation.countUp() == 0) {
                round.add(simulation::addNode);
            }
            for (var story : simulation.stories()) {
                if (!story.accepted) {
                    round.add(() -> simulation.outside.submit(story));
                } else if (story.seen != null && story.seen.state == RequestState.DEAD) {
                    round.add(() -> simulation.outside.operate(story, simulation.chance.below(4)));
                }
            }
        }
        var idle = wasIdle;
        for (var node : List.copyOf(simulation.nodes())) {
            if (node.isUp(simulation.now())) {
                round.add(() -> work(node, idle));
            }
        }
        round.add(() -> simulation.advance(TimeUnit.SECONDS.toNanos(changedLately() ? 1 : 15)));
        round.add(() -> {
            wasIdle = !changedLately();
            seen = simulation.promises.changes();
        });
    }

    private boolean changedLately() {
        return simulation.promises.changes() != seen;
    }

    /** Maintenance comes when nothing else moves any more. */
    private void work(Node node, boolean maintenance) {
        for (int i = 0; maintenance && i < 5; i++) {
            simulation.duties.maintain(node, i);
        }
        simulation.duties.ring(node);
        simulation.duties.claim(node);
        for (var exchange : List.copyOf(node.exchanges)) {
            if (!exchange.isDone() && !node.dead) {
                exchange.proceed(simulation);
            }
        }
        simulation.duties.record(node);
        for (int i = 0; i < 3 && !node.dead; i++) {
            simulation.duties.deliver(node);
            simulation.duties.record(node);
        }
        if (!node.dead) {
            simulation.duties.reviveDeadJobs(node);
        }
    }
}
