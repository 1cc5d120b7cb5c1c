package io.patienthttp.model;

import io.patienthttp.RequestState;
import io.patienthttp.spi.Suspicion;
import org.jspecify.annotations.Nullable;

/** Whoever makes something claimable or deliverable wakes who does it; and a claim takes what there is. */
final class WakePromises {

    private final Promises promises;
    private final Simulation simulation;
    private final Node.Config config;

    WakePromises(Promises promises, Simulation simulation, Node.Config config) {
        this.promises = promises;
        this.simulation = simulation;
        this.config = config;
    }

    /** Who makes something claimable or deliverable owes a wake, so that nobody waits for a poll. */
    void changed(@Nullable RequestRow before, @Nullable RequestRow after) {
        var actor = simulation.current();
        if (actor == null || actor.node == null || before == null || after == null) {
            return;
        }
        if (after.state == RequestState.PENDING && actor == actor.node.maintenance) {
            actor.node.owesWake = true;
        }
        if (after.state == RequestState.COMPLETED && actor != actor.node.lifecycle) {
            actor.node.owesEngineWake = true;
        }
    }

    void begins(Actor actor) {
        if (actor.node != null) {
            actor.node.owesWake = false;
            actor.node.owesEngineWake = false;
        }
    }

    /** The actor has done what it was to do. */
    void done(Actor actor) {
        if (actor.node != null && actor != actor.node.lifecycle) {
            if (actor.node.owesWake) {
                promises.breaks("the claimer is woken");
            }
            if (actor.node.owesEngineWake) {
                promises.breaks("the engine is woken");
            }
        }
    }

    /** A claim that says there is no more has left nothing that it could have taken. */
    void claimed(Node node, boolean more) {
        if (simulation.isQuiet()
                && !more
                && !node.stopping
                && node.processor.free() > 0
                && node.lease.isValid(node.lease.owner())
                && !holdsSuspect(node)
                && simulation.database.requests.committed().anyMatch(row -> isClaimable(node, row))) {
            promises.breaks("a claim takes what is due: " + node);
        }
    }

    /** Also one that it can not read, and is about to give back. */
    private boolean holdsSuspect(Node node) {
        return simulation
                .database
                .requests
                .committed()
                .filter(row -> row.isInFlight(node.lease.owner()))
                .anyMatch(row -> Suspicion.of(row.recoveries, config.maxRecoveries()) == Suspicion.SECOND_DEGREE);
    }

    private boolean isClaimable(Node node, RequestRow row) {
        return row.state == RequestState.PENDING
                && row.recoveries == 0
                && !row.runAt.isAfter(simulation.database.now())
                && (!promises.story(row.request.id()).isNarrow() || hasRoomForNarrow(node));
    }

    /** It counts what it holds, and that may be a little more than what it owns: an answer that comes too late, say. */
    private boolean hasRoomForNarrow(Node node) {
        return node.processor.tasks().stream()
                .noneMatch(task -> promises.story(task.row().ref().id()).isNarrow());
    }
}
