package io.patienthttp.model;

import io.patienthttp.RequestState;
import io.patienthttp.spi.Suspicion;
import org.jspecify.annotations.Nullable;

/** A request is sent by one process at a time, which owns it, and again only for a reason. */
final class SendPromises {

    private final Promises promises;
    private final Simulation simulation;
    private final Node.Config config;

    SendPromises(Promises promises, Simulation simulation, Node.Config config) {
        this.promises = promises;
        this.simulation = simulation;
        this.config = config;
    }

    void sent(Exchange exchange) {
        var story = exchange.story;
        simulation.trace(() -> "  send " + exchange.task.ref() + " by " + exchange.node);
        for (var node : simulation.nodes()) {
            for (var other : node.exchanges) {
                if (other != exchange
                        && other.story == story
                        && other.isOnItsWay()
                        && node.isUp(simulation.now())
                        && node.lease.isValid(other.task.owner())) {
                    promises.breaks(
                            "no two living processes send a request at once: " + exchange.task + " and " + other.task);
                }
            }
        }
        var last = story.lastSent;
        if (last != null && !last.node.dead && !last.node.stopping && last.node.lastTrouble < last.sentAt) {
            promises.breaks("a request is sent again only after a crash or a shutdown: " + exchange.task);
        }
        story.lastSent = exchange;
        checkAlone(exchange);
        var row = story.seen;
        if (row == null
                || row.state != RequestState.IN_FLIGHT
                || !row.ref().equals(exchange.task.ref())
                || !exchange.task.owner().equals(row.owner)) {
            promises.breaks("what is sent is in flight: " + exchange.task + " " + row);
        }
    }

    private void checkAlone(Exchange exchange) {
        var all = exchange.node.exchanges.stream()
                .filter(Exchange::isOnItsWay)
                .map(other -> Suspicion.of(other.task.row().recoveries(), config.maxRecoveries()))
                .toList();
        if (all.size() > 1 && all.contains(Suspicion.SECOND_DEGREE)) {
            promises.breaks("a suspect of the second degree is sent alone: " + exchange.task);
        }
    }

    /** Whoever is right to send a request keeps it. */
    void changed(@Nullable RequestRow before, @Nullable RequestRow after) {
        if (before == null
                || before.owner == null
                || (after != null && before.ref().equals(after.ref()) && before.owner.equals(after.owner))) {
            return;
        }
        var node = simulation.nodeOf(before.owner);
        if (node != null && node.isUp(simulation.now()) && !node.stopping && node.lease.isValid(before.owner)) {
            for (var exchange : node.exchanges) {
                if (exchange.isOnItsWay() && exchange.task.ref().equals(before.ref())) {
                    promises.breaks("what is on its way stays in flight: " + before + " became " + after);
                }
            }
        }
    }
}
