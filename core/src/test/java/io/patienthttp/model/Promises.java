package io.patienthttp.model;

import io.patienthttp.CancelResult;
import io.patienthttp.Failure;
import io.patienthttp.RequestState;
import io.patienthttp.StorageException;
import io.patienthttp.StorageException.Reason;
import io.patienthttp.internal.wire.Envelope;
import io.patienthttp.spi.Suspicion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is promised of rows, jobs and processes, checked from outside at each commit; and what must be true in the end. */
final class Promises implements MemoryDatabase.Observer {

    /** How often a duty is tried. */
    private static final int TRIES = 5;

    private final Simulation simulation;
    private final MemoryDatabase database;
    private final Node.Config config;
    final SendPromises sends;
    final CallPromises calls;
    final WakePromises wakes;
    final WaitPromises waits;
    private final Map<UUID, Story> stories = new LinkedHashMap<>();
    private final Map<UUID, ProcessRecord> processes = new HashMap<>();
    /** Processes whose rows somebody removed. */
    final Set<UUID> forgotten = new HashSet<>();

    private final Set<Integer> effects = new HashSet<>();
    private @Nullable String broken;
    private int changes;

    Promises(Simulation simulation, Node.Config config) {
        this.simulation = simulation;
        this.database = simulation.database;
        this.config = config;
        this.sends = new SendPromises(this, simulation, config);
        this.calls = new CallPromises(this, simulation, config);
        this.wakes = new WakePromises(this, simulation, config);
        this.waits = new WaitPromises(this, simulation, config);
    }

    /** The first promise that was broken. */
    @Nullable
    String broken() {
        return broken;
    }

    /** How much has changed so far. */
    int changes() {
        return changes;
    }

    void breaks(String promise) {
        if (broken == null) {
            broken = promise;
            simulation.trace(() -> "BROKEN: " + promise);
        }
    }

    void add(Story story) {
        stories.put(story.request.id(), story);
    }

    Story story(UUID id) {
        return stories.get(id);
    }

    List<Story> stories() {
        return new ArrayList<>(stories.values());
    }

    /** Whether nobody knows the callback yet. */
    boolean isHomeless(String callback) {
        return callback.startsWith(Stories.LATE)
                && stories.values().stream()
                        .anyMatch(story ->
                                !story.wasDead && story.request.callback().equals(callback));
    }

    // what the store asks and tells

    @Override
    public int format(UUID id) {
        var story = stories.get(id);
        return story.tooNewTimes-- > 0 ? Envelope.NEWEST_FORMAT + 1 : 1;
    }

    @Override
    public void completes(UUID id) {
        var story = stories.get(id);
        if (story.brokenTimes-- > 0) {
            if (story.breaksStore) {
                throw new IllegalStateException("a mistake in the store");
            }
            throw MemoryDatabase.failure("P0001", "a trigger");
        }
    }

    @Override
    public void reads(Collection<UUID> ids) {
        calls.reads(ids);
    }

    /** The actor has done a duty. */
    void did(Actor actor) {
        if (actor.node != null) {
            calls.checkFresh(actor.node);
        }
    }

    /** The end of a transaction of the actor. */
    void ended(Actor actor, boolean conflict) {
        actor.conflicts = conflict ? actor.conflicts + 1 : 0;
        if (isMaintenance(actor) && actor.conflicts > TRIES) {
            breaks("a duty that meets conflicts again and again gives up");
        }
    }

    /** The actor could not do a duty. */
    void failed(Actor actor, StorageException e) {
        if (isMaintenance(actor) && e.reason() == Reason.CONFLICT && actor.conflicts < TRIES) {
            breaks("a duty that meets a conflict tries again");
        }
    }

    private static boolean isMaintenance(Actor actor) {
        return actor.node != null && actor == actor.node.maintenance;
    }

    // commits

    @Override
    public void committed() {
        checkProcesses();
        checkEffects();
        var recovered = new HashMap<UUID, Integer>();
        var givenUp = new HashSet<UUID>();
        for (var story : stories.values()) {
            var row = database.requests.committed(story.request.id());
            var before = story.seen;
            if (row != before) {
                story.seen = row;
                changes++;
                simulation.trace(
                        () -> "  " + before + " -> " + row + (row == null ? "" : " " + simulation.nodeOf(row.owner)));
                changed(story, before, row);
                if (row != null && before != null && row.recoveries > before.recoveries) {
                    recovered.merge(before.owner, 1, Integer::sum);
                    checkRecovery(before, row);
                    if (isGivenUp(row)) {
                        givenUp.add(before.owner);
                    }
                }
            }
        }
        if (givenUp.stream().anyMatch(owner -> recovered.get(owner) > 1)) {
            breaks("a request is given up only if its process died with nothing else in flight");
        }
        checkOwners();
        checkJobs();
    }

    private static boolean isGivenUp(RequestRow row) {
        return row.state == RequestState.COMPLETED && row.outcome.contains(Failure.Kind.RECOVERY_EXHAUSTED.name());
    }

    private void changed(Story story, @Nullable RequestRow before, @Nullable RequestRow after) {
        sends.changed(before, after);
        wakes.changed(before, after);
        if (after == null) {
            if (!story.delivered && !story.deleted) {
                breaks("an accepted request is not lost: " + story + " was removed and not delivered");
            }
            return;
        }
        if (before == null) {
            if (story.accepted) {
                breaks(story + " came back");
            }
            story.accepted = true;
            return;
        }
        waits.changed(story, before, after);
        if (after.epoch < before.epoch || (after.state == RequestState.IN_FLIGHT && after.isAnotherClaim(before))) {
            breaks("each claim is a new epoch: " + before + " became " + after);
        }
        if (after.state == RequestState.COMPLETED && before.state != RequestState.COMPLETED) {
            if (before.state != RequestState.DEAD) {
                checkOutcome(story, before, after);
            }
        } else if (before.state == RequestState.COMPLETED && after.state != before.state) {
            checkDead(story, before, after);
        } else if (before.state == RequestState.DEAD && after.state == RequestState.PENDING) {
            story.cancelled = false;
            story.firstEpoch = after.epoch;
            story.life++;
            story.lastSent = null;
        }
    }

    boolean hasPending() {
        return stories.values().stream()
                .anyMatch(story -> story.seen != null && story.seen.state == RequestState.PENDING);
    }

    private void checkRecovery(RequestRow before, RequestRow after) {
        var node = simulation.nodeOf(before.owner);
        if (node != null && !node.dead && !node.stopping && node.lastTrouble < 0) {
            breaks("only what a dead process held is recovered: " + before + " of " + node);
        }
        if (isGivenUp(after) && before.recoveries <= config.maxRecoveries()) {
            breaks("a request is given up after max-recoveries and one more: " + before);
        }
    }

    private void checkOutcome(Story story, RequestRow before, RequestRow after) {
        if (!story.recordedEpochs.add(after.epoch)) {
            breaks("an epoch has at most one outcome: " + after);
        }
        var isCancelled = after.outcome.contains(Failure.Kind.CANCELLED.name());
        if (after.cancelRequested != isCancelled) {
            breaks("a request that is flagged, and no other, completes as CANCELLED: " + after + " " + after.outcome);
        }
        if (after.outcome.contains("of-claim-") && !after.outcome.contains(Exchange.mark(before.epoch))) {
            breaks("the outcome of a claim is recorded for that claim: " + after + " " + after.outcome);
        }
    }

    private void checkDead(Story story, RequestRow before, RequestRow after) {
        if (after.state != RequestState.DEAD) {
            breaks("a recorded outcome stays: " + before + " became " + after);
        } else if (!after.lastError.contains(ModelCallback.FAILURE)
                && !after.lastError.contains("died")
                && !after.lastError.contains(StorageException.class.getName()) // in the callback
                && !after.lastError.startsWith("no node knew")) {
            breaks("a dead request says why: " + after + " " + after.lastError);
        } else if (after.lastError == null
                || (!after.lastError.startsWith("no node knew")
                        && story.runs.getOrDefault(before.epoch, Set.of()).size() < config.maxAttempts())) {
            breaks("a callback runs as often as allowed before its request is dead: " + after + " " + after.lastError);
        }
        story.wasDead = true;
        story.untold++;
        if (simulation.isEnding()) {
            story.mustTell++;
        }
    }

    private void checkOwners() {
        var suspects = new HashSet<UUID>();
        var near = new HashSet<UUID>();
        var narrow = new HashSet<UUID>();
        database.requests.committed().filter(row -> row.owner != null).forEach(row -> {
            var node = simulation.nodeOf(row.owner);
            if (!processes.containsKey(row.owner)
                    && !forgotten.contains(row.owner)
                    && (node == null || !node.stopping)) {
                breaks("what is in flight has an owner: " + row);
            }
            if (config.maxRecoveries() > 0
                    && row.recoveries >= config.maxRecoveries()
                    && story(row.request.id()).isUsable()
                    && !suspects.add(row.owner)) {
                breaks("a process holds one suspect at most: " + row);
            }
            if (!story(row.request.id()).isUsable()) { // it is not sent, and done before another claim
                return;
            }
            if (Suspicion.of(row.recoveries, config.maxRecoveries()) == Suspicion.NEAR && !near.add(row.owner)) {
                breaks("a small process holds one request at most that is nearly a suspect: " + row);
            }
            if (story(row.request.id()).isNarrow() && !narrow.add(row.owner)) {
                breaks("no process has more requests of a key in flight than it may: " + row);
            }
        });
    }

    private void checkJobs() {
        for (var story : stories.values()) {
            var row = story.seen;
            if (row != null
                    && row.state == RequestState.COMPLETED
                    && !story.jobTakenAway
                    && database.jobs.committed(row.ref()) == null) {
                breaks("an outcome has a callback job: " + row);
            }
        }
        database.jobs.committed().forEach(job -> {
            if (job.isPicked()) {
                var runs = story(job.job().ref().id()).runs;
                runs.computeIfAbsent(job.job().ref().epoch(), epoch -> new HashSet<>())
                        .add(job.version());
            }
            var row = database.requests.committed(job.job().ref().id());
            if (row != null
                    && row.epoch <= job.job().ref().epoch()
                    && (row.state == RequestState.PENDING || row.state == RequestState.IN_FLIGHT)) {
                breaks("a callback job has an outcome: " + job + " " + row);
            }
        });
    }

    private void checkProcesses() {
        var now = new HashMap<UUID, ProcessRecord>();
        database.processes.committed().forEach(process -> now.put(process.id(), process));
        for (var process : processes.values()) {
            if (!now.containsKey(process.id())) {
                var node = simulation.nodeOf(process.id());
                if (!node.dead
                        && node.started
                        && !node.stopping
                        && MemoryDatabase.instant(Math.max(0, node.lastTrouble)).isBefore(process.lastSeenAt())) {
                    breaks("a living process is not taken for dead: " + node);
                }
                node.lastTrouble = Math.max(node.lastTrouble, simulation.now());
                checkEngine(process, node, now.values());
            }
        }
        processes.clear();
        processes.putAll(now);
    }

    /** Unless the engine goes on under another process. */
    private void checkEngine(ProcessRecord gone, Node node, Collection<ProcessRecord> others) {
        var engine = gone.row().engineName();
        if (node.dead
                && !forgotten.contains(gone.id())
                && others.stream().noneMatch(other -> engine.equals(other.row().engineName()))
                && database.jobs.committed().anyMatch(job -> job.pickedBy().equals(engine))) {
            breaks("the callbacks of a process that died are free when its requests are: " + node);
        }
    }

    private void checkEffects() {
        database.effects.entries().forEach(effect -> {
            if (effects.add(effect.key)) {
                var story = effect.committed;
                story.delivered = true;
                if (++story.effects > 1) {
                    breaks("a callback that writes to the same database takes effect once: " + story);
                }
            }
        });
    }

    void answered(Story story, CancelResult answer) {
        var row = database.requests.committed(story.request.id());
        if (answer == CancelResult.CANCELLED) {
            story.cancelled = true;
        } else if (answer == CancelResult.NOT_FOUND && row != null && story.accepted) {
            breaks("cancel finds what is there: " + story);
        }
    }

    // the end

    boolean allDelivered() {
        return database.requests.size() == 0 && database.jobs.size() == 0;
    }

    void checkEnd() {
        for (var story : stories.values()) {
            if (!story.delivered && !story.deleted) {
                breaks("all is delivered in the end: " + story + " is not");
            }
            if (story.mustTell > 0) {
                breaks("listeners are told of dead requests: " + story);
            }
        }
        if (database.processes.size() + database.jobs.size() + database.requests.size() > 0) {
            breaks("nothing is left in the end");
        }
        if (database.openTransactions() > 0) {
            breaks("no transaction stays open");
        }
        for (var node : simulation.nodes()) {
            if (!node.dead) {
                node.timers.forEach(timer -> timer.action().run()); // what was set aside is given up now
            }
            if (!node.dead && (!node.exchanges.isEmpty() || node.commits.isOpen())) {
                breaks("a process that stopped has no answer left and takes no change: " + node);
            }
            if (!node.dead && (node.processor.inFlight() > 0 || node.commits.unwritten() > 0)) {
                breaks("a process that stopped holds nothing: " + node);
            }
        }
    }
}
