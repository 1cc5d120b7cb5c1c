package io.patienthttp.model;

import io.patienthttp.DeadLetter;
import io.patienthttp.Failure;
import io.patienthttp.Listener;
import io.patienthttp.RequestState;
import io.patienthttp.StorageException;
import io.patienthttp.internal.deliver.FreshAccess;
import io.patienthttp.spi.CallbackRun;
import io.patienthttp.spi.CallbackRunner.Result;
import java.time.Duration;
import java.util.Collection;
import java.util.UUID;
import java.util.function.Predicate;

/** A callback runs once at a time, with the outcome of its epoch, as often as allowed. */
final class CallPromises {

    private final Promises promises;
    private final Simulation simulation;
    private final Node.Config config;

    CallPromises(Promises promises, Simulation simulation, Node.Config config) {
        this.promises = promises;
        this.simulation = simulation;
        this.config = config;
    }

    Story.Call called(Node node, Story story, String kind, boolean transactional) {
        var epoch = node.queue.running().epoch();
        var call = new Story.Call(node, epoch, node.queue.pickedAt(), transactional);
        simulation.trace(() -> "  call " + story + ":" + epoch + " " + kind + " by " + node);
        var row = simulation.database.requests.committed(story.request.id());
        if (transactional && (row == null || row.state != RequestState.COMPLETED || row.epoch != epoch)) {
            promises.breaks("a run delivers the outcome of its own epoch: " + story + ":" + epoch + " " + row);
        }
        if (!transactional && !story.jobTakenAway && !call.isExcused()) {
            Predicate<Story.Call> unexplained = other -> !other.isExcused() && !other.transactional();
            if (story.calls.stream().anyMatch(unexplained)) {
                promises.breaks("a callback runs once at a time: " + story);
            }
            if (story.lastCall != null && unexplained.test(story.lastCall)) {
                promises.breaks("a callback that was done runs again only after a crash: " + story);
            }
        }
        if (node.queue.failures() >= config.maxAttempts()) {
            promises.breaks("a callback that failed as often as allowed is not called: " + story);
        }
        if (transactional != (config.transactional() && !story.isPlain())) {
            promises.breaks("a callback is called in a transaction if it wants to be, and else outside: " + story);
        }
        if (story.cancelled && epoch >= story.firstEpoch && !kind.equals(Failure.Kind.CANCELLED.name())) {
            promises.breaks("what was answered CANCELLED ends CANCELLED: " + story + " " + kind);
        }
        story.calls.add(call);
        node.called = true;
        return call;
    }

    /** A callback that writes elsewhere has done so. */
    void took(Story story, Story.Call call) {
        story.delivered = true;
        story.lastCall = call;
    }

    /** What a run of a job came to. */
    void ended(Node node, CallbackRun run, Result result) {
        var called = node.called;
        node.called = false;
        node.recorded.remove(run.ref());
        if (node.wasInterrupted && !Thread.interrupted()) {
            promises.breaks("an interrupt is passed on: " + run);
        }
        node.wasInterrupted = false;
        if (node.dead || simulation.isOver()) {
            return;
        }
        if (result instanceof Result.Failed && !called) {
            promises.breaks("a run fails only if its callback was called: " + run);
        }
        if (result instanceof Result.Later later) {
            checkWait(node, run, later);
        }
        if (result instanceof Result.Failed failed && !(failed.cause() instanceof StorageException)) {
            if (!ModelCallback.FAILURE.equals(failed.cause().getMessage())) {
                promises.breaks("a run fails only if its callback does: " + run + " " + failed.cause());
            }
            checkBackoff(run, failed.delay());
            if (run.failures() + 1 >= config.maxAttempts()) {
                promises.breaks("the last failure makes a request dead: " + run);
            }
        }
        var job = simulation.database.jobs.committed(run.ref());
        var there = job != null && job.version() == run.version();
        if (result instanceof Result.Finished && there && node.commits.unwritten() == 0 && !node.stopping) {
            promises.breaks("a run that is finished removes its job, or is about to: " + run);
        }
    }

    private void checkBackoff(CallbackRun run, Duration delay) {
        var doubled = Node.FIRST_BACKOFF.multipliedBy(1L << run.failures());
        if (!delay.equals(doubled) && !(doubled.compareTo(delay) > 0 && delay.equals(Node.LONGEST_BACKOFF))) {
            promises.breaks("each wait for the next run is twice as long, up to a limit: " + run + " " + delay);
        }
    }

    /** An outcome is not left for another node once it has waited long enough for one. */
    private void checkWait(Node node, CallbackRun run, Result.Later later) {
        var row = promises.story(run.ref().id()).seen;
        if (config.transactional()
                && later.delay().equals(Duration.ofSeconds(30))
                && simulation.isQuiet()
                && node.queue.pickedAt() == simulation.now()
                && row != null
                && row.state == RequestState.COMPLETED
                && !row.completedAt.plus(Node.UNRESOLVED).isAfter(simulation.database.now())) {
            promises.breaks("a request whose callback nobody knows is dead at last: " + run);
        }
    }

    /** An outcome is read from the database, faults being over. */
    void reads(Collection<UUID> ids) {
        var actor = simulation.current();
        if (simulation.isQuiet() && actor != null && actor.node != null) {
            for (var ref : actor.node.recorded) {
                var row = promises.story(ref.id()).seen;
                if (ids.contains(ref.id()) && row != null && row.ref().equals(ref)) {
                    promises.breaks("what a process has just recorded it need not read: " + ref);
                }
            }
        }
    }

    /** What is kept of outcomes is counted, and bounded. */
    void checkFresh(Node node) {
        long counted = FreshAccess.counted(node.commits);
        if (counted != FreshAccess.kept(node.commits) || counted > config.freshSize()) {
            promises.breaks("outcomes that are kept are counted, and bounded: " + node);
        }
    }

    void failed(Story story, Story.Call call) {
        if (story.failures.merge(call.epoch(), 1, Integer::sum) > config.maxAttempts()) {
            promises.breaks("a callback runs as often as allowed: " + story);
        }
    }

    Listener told() {
        return new Listener() {
            @Override
            public void onDead(DeadLetter letter) {
                var story = promises.story(UUID.fromString(letter.requestId()));
                story.mustTell--;
                if (!letter.callback().equals(story.request.callback()) && story.seen != null) {
                    promises.breaks("listeners are told the callback: " + letter);
                }
                if (--story.untold < 0) {
                    promises.breaks("listeners are told of dead requests once each: " + letter);
                }
            }
        };
    }
}
