package io.patienthttp.model;

import static java.util.stream.Collectors.toSet;

import io.patienthttp.LifecycleState;
import io.patienthttp.RequestState;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.Suspicion;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
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

    /** The slot of a task is free. */
    void freed(Exchange exchange) {
        if (exchange.isReleased()) {
            promises.breaks("an answer is released once: " + exchange.task);
        }
        var node = exchange.node;
        var row = exchange.story.seen;
        if (!node.stopping && !simulation.isOver() && row != null && isOf(exchange, row)) {
            promises.breaks("a task keeps its slot until what became of it is written: " + row);
        }
    }

    private static boolean isOf(Exchange exchange, RequestRow row) {
        return row.isInFlight(exchange.task.owner()) && row.ref().equals(exchange.task.ref());
    }

    /** A claim has ended: what the process owns it holds, or will write something of. */
    void claimed(Node node) {
        if (node.processor.state() == LifecycleState.STOPPED || !node.commits.isOpen()) {
            return;
        }
        var held = new HashSet<RequestRef>();
        node.processor.tasks().forEach(task -> held.add(task.ref()));
        long others = owned(node, row -> !held.contains(row.ref())).count();
        if (others > node.commits.unwritten()) {
            promises.breaks("what a process owns after a claim it holds: " + node);
        }
    }

    private Stream<RequestRow> owned(Node node, Predicate<RequestRow> which) {
        return simulation
                .database
                .requests
                .committed()
                .filter(row -> row.isInFlight(node.lease.owner()))
                .filter(which);
    }

    /** What is to be aborted when the process looks next. */
    Set<RequestRef> flagged(Node node) {
        return owned(node, row -> row.cancelRequested).map(RequestRow::ref).collect(toSet());
    }

    /** It has looked. */
    void aborted(Node node, Set<RequestRef> flagged) {
        for (var exchange : node.exchanges) {
            if (!exchange.isDone() && flagged.contains(exchange.task.ref())) {
                promises.breaks("what is cancelled is aborted: " + exchange.task);
            }
        }
    }

    /** A beat has ended. */
    void beaten(Node node) {
        for (var exchange : node.exchanges) {
            if (exchange.isOnItsWay() && !exchange.task.owner().equals(node.lease.owner())) {
                promises.breaks("what was held under a lost lease is aborted: " + exchange.task);
            }
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
