package io.patienthttp.model;

import java.util.List;

/** What the threads of a process do when they have their turn, unless they are in the middle of something. */
final class Duties {

    /** The duties of maintenance. */
    static final int RECLAIM = 0;

    static final int ABORT_CANCELLED = 1;
    static final int RECONCILE = 2;
    static final int SWEEP = 3;
    static final int RECLAIM_UNOWNED = 4;

    private final Simulation simulation;

    Duties(Simulation simulation) {
        this.simulation = simulation;
    }

    void claim(Node node) {
        if (!node.stopping) {
            simulation.perform(node.claimer, "claim", node::claim);
        }
    }

    void record(Node node) {
        if (node.commits.unwritten() > 0 && node.commits.isOpen()) {
            simulation.perform(node.recorder, "record", node::record);
        }
    }

    void deliver(Node node) {
        if (node.queue.hasDue()) {
            simulation.perform(node.engine, "deliver", node.queue::runOne);
        }
    }

    void maintain(Node node, int duty) {
        if (node.stopping) {
            return;
        }
        switch (duty) {
            case RECLAIM -> simulation.perform(node.maintenance, "reclaim", node.reclaimer::reclaimExpired);
            case ABORT_CANCELLED ->
                simulation.perform(node.maintenance, "abort cancelled", () -> {
                    var flagged = simulation.promises.sends.flagged(node);
                    node.reconciler.abortCancelled();
                    simulation.promises.sends.aborted(node, flagged);
                });
            case RECONCILE -> simulation.perform(node.maintenance, "reconcile", node.reconciler::reconcile);
            case SWEEP -> simulation.perform(node.maintenance, "sweep", node.sweeper::sweep);
            default -> simulation.perform(node.maintenance, "reclaim unowned", node.reclaimer::reclaimUnowned);
        }
    }

    /** As the engine of each process does for those that died. */
    void reviveDeadJobs(Node node) {
        simulation.perform(node.engine, "revive", () -> node.queue.reviveDead(this::isRunning));
    }

    private boolean isRunning(MemoryDatabase.JobRow job) {
        return simulation.nodes().stream()
                .anyMatch(node -> !node.dead && !node.isFrozen(simulation.now()) && node.queue.isRunning(job));
    }

    /** What was to be done later. */
    void ring(Node node) {
        for (var timer : List.copyOf(node.timers)) {
            if (timer.due() <= simulation.now()) {
                node.timers.remove(timer);
                timer.action().run();
            }
        }
    }
}
