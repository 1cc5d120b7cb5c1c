package io.patienthttp.model;

import io.patienthttp.Failure;
import io.patienthttp.RequestState;
import java.time.Duration;
import java.time.Instant;

/** What some node may be able to do is left for it, but not for ever; and a process that stopped writes nothing. */
final class WaitPromises {

    private final Promises promises;
    private final Simulation simulation;
    private final Node.Config config;

    WaitPromises(Promises promises, Simulation simulation, Node.Config config) {
        this.promises = promises;
        this.simulation = simulation;
        this.config = config;
    }

    /** A row was changed. */
    void changed(Story story, RequestRow before, RequestRow after) {
        var actor = simulation.current();
        if (actor != null && actor.node != null && actor.node.stopped && actor == actor.node.recorder) {
            promises.breaks("a process that has stopped records nothing: " + after);
        }
        if (before.state == RequestState.IN_FLIGHT) {
            checkClaim(story, before, after);
            remember(actor, after);
        } else if (after.state == RequestState.DEAD
                && after.lastError.startsWith("no node knew")
                && !isLong(before.completedAt, simulation.database.now())) {
            promises.breaks("an outcome waits for a node that knows its callback: " + after);
        }
    }

    private static boolean isLong(Instant since, Instant until) {
        return Duration.between(since, until).compareTo(Node.UNRESOLVED) >= 0;
    }

    private void checkClaim(Story story, RequestRow before, RequestRow after) {
        var delay = story.unreadable ? Duration.ZERO : before.request.delay();
        var isLong = isLong(before.createdAt.plus(delay), before.claimedAt);
        if (after.state == RequestState.PENDING) {
            if (isLong && !story.tooNew && after.runAt.isAfter(simulation.database.now())) {
                promises.breaks("a request that no node can prepare or read fails at last: " + after);
            }
        } else if (after.state == RequestState.COMPLETED && !isLong && saysThatItCannot(story, after.outcome)) {
            promises.breaks("a request waits for a node that can prepare and read it: " + after);
        }
    }

    private static boolean saysThatItCannot(Story story, String outcome) {
        return outcome.contains(Failure.Kind.PREPARATION.name())
                || (story.erring && outcome.contains(Failure.Kind.UNREADABLE.name()));
    }

    /** What a process records and keeps, once faults are over. */
    private void remember(Actor actor, RequestRow after) {
        if (simulation.isQuiet()
                && config.freshSize() == Node.Config.KEEPS_ALL
                && after.state == RequestState.COMPLETED
                && !after.cancelRequested
                && (actor.duty.equals("record") || actor.duty.equals("deliver"))) {
            actor.node.recorded.add(after.ref());
        }
    }
}
