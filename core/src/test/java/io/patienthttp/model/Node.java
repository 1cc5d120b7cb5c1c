package io.patienthttp.model;

import io.patienthttp.Callback;
import io.patienthttp.StorageException;
import io.patienthttp.internal.claim.ClaimSettings;
import io.patienthttp.internal.claim.ClaimedTask;
import io.patienthttp.internal.claim.Claimer;
import io.patienthttp.internal.claim.Quarantine;
import io.patienthttp.internal.deliver.Announcer;
import io.patienthttp.internal.deliver.Deliverer;
import io.patienthttp.internal.deliver.DeliverySettings;
import io.patienthttp.internal.deliver.GroupCommit;
import io.patienthttp.internal.deliver.Recorder;
import io.patienthttp.internal.deliver.Waits;
import io.patienthttp.internal.http.ByteBudget;
import io.patienthttp.internal.observe.Events;
import io.patienthttp.internal.observe.Traces;
import io.patienthttp.internal.recover.LeaseSettings;
import io.patienthttp.internal.recover.ProcessLease;
import io.patienthttp.internal.recover.Reach;
import io.patienthttp.internal.recover.Reclaimer;
import io.patienthttp.internal.recover.Reconciler;
import io.patienthttp.internal.recover.Sweeper;
import io.patienthttp.internal.wire.Envelope;
import io.patienthttp.internal.wire.MemoryGate;
import io.patienthttp.internal.wire.PayloadThreads;
import io.patienthttp.internal.wire.RowReader;
import io.patienthttp.processor.Processor;
import io.patienthttp.spi.CallbackResolver;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore.ProcessRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** One process: the parts that Pipeline wires, in the same way, without their threads. */
final class Node implements Waits {

    static final Duration HEARTBEAT = Duration.ofSeconds(15);
    static final Duration LEASE = Duration.ofSeconds(60);
    private static final Duration GRACE = Duration.ofHours(24);
    static final Duration UNRESOLVED = Duration.ofMinutes(3);
    static final Duration FIRST_BACKOFF = Duration.ofSeconds(5);
    static final Duration LONGEST_BACKOFF = Duration.ofSeconds(15);
    private static final long FIRST_WAIT = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(5);
    private static final long STEP = TimeUnit.SECONDS.toNanos(2);

    final Simulation simulation;
    final int number;
    final MemoryQueue queue;
    final ProcessLease lease;
    final GroupCommit commits;
    final Processor<ClaimedTask> processor;
    final Claimer claims;
    final Reconciler reconciler;
    final Reclaimer reclaimer;
    final Sweeper sweeper;
    private final Deliverer deliverer;

    final Actor claimer = new Actor("claimer", this);
    final Actor recorder = new Actor("recorder", this);
    final Actor heartbeat = new Actor("heartbeat", this);
    final Actor maintenance = new Actor("maintenance", this);
    final Actor engine = new Actor("engine", this);
    final Actor lifecycle = new Actor("lifecycle", this);
    final List<Actor> actors = List.of(claimer, recorder, heartbeat, maintenance, engine, lifecycle);

    final List<Exchange> exchanges = new ArrayList<>();
    final Set<UUID> owners = new HashSet<>();
    final List<Timer> timers = new ArrayList<>();

    /** What it has recorded, faults being over, and not delivered yet. */
    final Set<RequestRef> recorded = new HashSet<>();

    boolean knowsCallbacks = true;
    boolean wasInterrupted;
    boolean called;
    boolean owesWake;
    boolean triesAgain;
    boolean owesEngineWake;
    boolean started;
    boolean stopping;
    boolean beating;
    boolean engineEnded;
    boolean stopped;
    boolean dead;
    long frozenUntil;
    long lastTrouble = -1;
    long nextBeat;
    private long lastWait;

    /** Something to do later. */
    record Timer(long due, Runnable action) {}

    Node(Simulation simulation, int number, Config config, Outcomes outcomes) {
        this.simulation = simulation;
        this.number = number;
        var bug = simulation.bug;
        var own = new MemoryTransactions(simulation.database, this);
        var application = new MemoryTransactions(simulation.database, this);
        var store = bug.store(own, outcomes);
        var reader = new RowReader(Envelope.plain());
        var unheard = Events.direct();
        var silent = new Announcer(store, reader, unheard);
        var reach = new Reach(store, own, silent);
        var heard = Events.direct();
        heard.add(simulation.promises.calls.told());
        this.queue = bug.queue(new MemoryTransactions(simulation.database, this), "ph-" + number);
        queue.onWake(() -> owesEngineWake = false);
        queue.onEnd((run, result) -> simulation.promises.calls.ended(this, run, result));
        this.commits = new GroupCommit(store, own, queue, silent, config.freshSize(), this);
        var recording = new Recorder(
                commits,
                new Recorder.Payloads(Envelope.plain(), new PayloadThreads(Runnable::run), new MemoryGate(1), GRACE),
                UNRESOLVED);
        var quarantine = new Quarantine(this::send, this::inFlight, config.maxRecoveries());
        this.processor = new Processor<>(quarantine::send, recording, config.capacity(), quarantine::taskEnded);
        var leaseSettings = new LeaseSettings(HEARTBEAT, LEASE);
        this.lease = new ProcessLease(
                bug.store(new MemoryTransactions(simulation.database, this), outcomes),
                leaseSettings,
                this::describe,
                processor::inFlight,
                lost -> processor.abort(task -> task.owner().equals(lost)),
                simulation::now);
        this.deliverer = new Deliverer(
                store,
                own,
                queue,
                reader,
                new MemoryGate(1),
                commits,
                new Deliverer.Application(
                        application, resolver(application), new Announcer(store, reader, heard), new Traces(null)),
                new DeliverySettings(
                        config.maxAttempts(), FIRST_BACKOFF, LONGEST_BACKOFF, UNRESOLVED, config.transactional()));
        var claiming = new TurnLock(simulation);
        this.claims = new Claimer(
                store,
                reader,
                new Claimer.Room(processor, new ByteBudget(1), lease),
                new ErringRows(recording, simulation.promises),
                new ClaimSettings(config.maxRecoveries(), Map.of(Stories.NARROW, 1)),
                claiming,
                unheard);
        this.reconciler = new Reconciler(
                reach, queue, lease, processor, bug.reconcilersLock(simulation, claiming), () -> owesWake = false);
        claims.onUnknownResult(reconciler::reconcile);
        this.reclaimer =
                new Reclaimer(reach, queue, lease, leaseSettings, config.maxRecoveries(), () -> owesWake = false);
        this.sweeper = new Sweeper(reach, queue, Duration.ofMinutes(1), config.page());
    }

    /** What is the same for all processes of a run. */
    record Config(int capacity, int maxRecoveries, int maxAttempts, boolean transactional, int freshSize, int page) {

        /** Characters of outcomes that are never too many. */
        static final int KEEPS_ALL = 1 << 20;

        static Config any(Chance chance, Aim aim) {
            return new Config(
                    1 + chance.below(3) + (aim == Aim.SLOW_RECORD ? 1 : 0),
                    chance.oneOf(0, 1, 1, 2, 2),
                    aim == Aim.FROZEN_RUN ? 1 : chance.oneOf(1, 2, 3, 4),
                    chance.below(3) > 0,
                    chance.oneOf(0, 1000, KEEPS_ALL),
                    chance.oneOf(1, 2, 500));
        }
    }

    /** What a store records by itself. */
    record Outcomes(String cancelled, String cancelledUnsent, String exhausted) {}

    private Exchange send(ClaimedTask task) {
        var exchange =
                new Exchange(this, task, simulation.promises.story(task.ref().id()));
        exchanges.add(exchange);
        return exchange;
    }

    /** Whether it sends something. */
    boolean hasExchange() {
        return exchanges.stream().anyMatch(exchange -> !exchange.isDone());
    }

    private int inFlight() {
        return processor.inFlight();
    }

    private ProcessRow describe(UUID id) {
        owners.add(id);
        return new ProcessRow(id, "host", number, "1", LEASE, queue.engineName().orElse(null), 1, 0, null, null);
    }

    private CallbackResolver resolver(MemoryTransactions application) {
        var inTransaction = new ModelCallback(this, application, true);
        var outside = new ModelCallback(this, application, false);
        return new CallbackResolver() {
            @Override
            public Optional<Callback> byName(String name) {
                if (!knowsCallbacks || simulation.promises.isHomeless(name)) {
                    return Optional.empty();
                }
                return Optional.of(name.endsWith(Stories.PLAIN) ? outside : inTransaction);
            }

            @Override
            public Optional<String> nameOf(String classOrName) {
                return Optional.of(classOrName);
            }

            @Override
            public Set<String> names() {
                return Set.of();
            }
        };
    }

    boolean isFrozen(long now) {
        return now < frozenUntil;
    }

    /** Whether it may do something now. */
    boolean isUp(long now) {
        return started && !dead && !stopped && !isFrozen(now);
    }

    long beatDue() {
        return Math.max(nextBeat, frozenUntil);
    }

    // what its threads do

    void start() {
        long begin = simulation.now();
        lease.register();
        lastTrouble = simulation.now() == begin ? -1 : simulation.now(); // it was slow
        beating = true;
        nextBeat = simulation.now() + HEARTBEAT.toNanos();
        commits.open();
        queue.start(deliverer);
        processor.start();
        started = true;
    }

    /** As long as it says that there is more, once no faults happen any more. */
    void claim() {
        int again = 0;
        var quiet = simulation.isQuiet();
        var more = claims.claim();
        simulation.promises.sends.claimed(this);
        while (more && quiet) {
            if (++again > 10) {
                simulation.promises.breaks("claims come to an end");
                return;
            }
            more = claims.claim();
            simulation.promises.sends.claimed(this);
        }
        if (quiet) {
            simulation.promises.wakes.claimed(this, more);
        }
    }

    void beat() {
        nextBeat = simulation.now() + HEARTBEAT.toNanos();
        try {
            lease.beat();
            simulation.promises.sends.beaten(this);
        } catch (StorageException e) {
            nextBeat = simulation.now() + TimeUnit.SECONDS.toNanos(1);
            if (!simulation.database.isDown()) {
                lastTrouble = Math.max(lastTrouble, simulation.now());
            }
        }
    }

    void record() {
        try {
            commits.take(Duration.ZERO);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        var quiet = simulation.isQuiet();
        while (commits.hasInHand()) {
            long wait = commits.write().toNanos();
            checkWait(wait, quiet);
            if (wait > 0) {
                quiet = false;
                triesAgain = true;
                simulation.await(() -> false, simulation.now() + wait);
                triesAgain = false;
            }
            if (stopped) {
                commits.giveUpInHand();
            }
        }
        if (quiet && simulation.isQuiet() && commits.unwritten() > timers.size()) {
            simulation.promises.breaks("what fails alone is set aside, and all else is written: " + this);
        }
    }

    /** It tries again soon at first, then more and more rarely. */
    private void checkWait(long wait, boolean quiet) {
        if (wait > LONGEST_WAIT || wait > Math.max(FIRST_WAIT, 2 * lastWait)) {
            simulation.promises.breaks("what the database was in the way of is tried again soon: " + this);
        }
        if (wait > 0 && quiet) {
            simulation.promises.breaks("a change that fails alone keeps nobody waiting: " + this);
        }
        lastWait = wait;
    }

    /** In the order of Pipeline.stop. */
    void stop(long timeout) {
        stopping = true;
        long deadline = simulation.now() + timeout;
        awaitEndOf(claimer);
        processor.drain();
        simulation.await(() -> processor.inFlight() == 0, deadline);
        processor.abort(task -> true);
        simulation.await(() -> processor.inFlight() == 0, simulation.now() + STEP);
        try {
            processor.stop(Duration.ZERO, Duration.ZERO);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        simulation.await(() -> commits.unwritten() == 0, simulation.now() + STEP);
        awaitEndOf(maintenance);
        simulation.attempt(reconciler::releaseAll);
        simulation.attempt(() -> queue.stop(Duration.ofNanos(STEP)));
        engineEnded = true;
        simulation.await(() -> commits.unwritten() == 0, simulation.now() + STEP);
        commits.close();
        commits.giveUpWhatWaits();
        beating = false;
        awaitEndOf(heartbeat);
        lease.end();
        simulation.attempt(lease::deregister);
        stopped = true;
    }

    private void awaitEndOf(Actor actor) {
        simulation.await(() -> !actor.busy, simulation.now() + STEP);
    }

    // how its threads wait

    @Override
    public void await(Future<?> written) throws InterruptedException, ExecutionException {
        if (!written.isDone() && !recorder.busy && simulation.flip()) {
            recorder.busy = true;
            try {
                record();
            } finally {
                recorder.busy = false;
            }
        }
        var impatient = simulation.flip();
        simulation.await(() -> written.isDone() || (impatient && engineEnded), Long.MAX_VALUE);
        if (!written.isDone()) {
            wasInterrupted = true;
            throw new InterruptedException();
        }
        written.get();
    }

    @Override
    public void later(Duration delay, Runnable action) {
        timers.add(new Timer(simulation.now() + delay.toNanos(), action));
    }

    @Override
    public String toString() {
        return "p" + number;
    }
}
