package io.patienthttp.runtime;

import io.patienthttp.internal.claim.ClaimSettings;
import io.patienthttp.internal.claim.ClaimedTask;
import io.patienthttp.internal.claim.Claimer;
import io.patienthttp.internal.claim.ClaimerThread;
import io.patienthttp.internal.claim.Loader;
import io.patienthttp.internal.claim.Quarantine;
import io.patienthttp.internal.deliver.Deliverer;
import io.patienthttp.internal.deliver.DeliverySettings;
import io.patienthttp.internal.deliver.GroupCommit;
import io.patienthttp.internal.deliver.Recorder;
import io.patienthttp.internal.deliver.RecorderThread;
import io.patienthttp.internal.deliver.Waits;
import io.patienthttp.internal.observe.Events;
import io.patienthttp.internal.observe.Traces;
import io.patienthttp.internal.recover.DeadRetention;
import io.patienthttp.internal.recover.HeartbeatThread;
import io.patienthttp.internal.recover.LeaseSettings;
import io.patienthttp.internal.recover.Maintenance;
import io.patienthttp.internal.recover.Maintenance.Duty;
import io.patienthttp.internal.recover.ProcessLease;
import io.patienthttp.internal.recover.Reach;
import io.patienthttp.internal.recover.Reclaimer;
import io.patienthttp.internal.recover.Reconciler;
import io.patienthttp.internal.recover.Sweeper;
import io.patienthttp.internal.traffic.TrafficCounter;
import io.patienthttp.processor.Processor;
import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.ProcessRow;
import io.patienthttp.spi.Sending;
import io.patienthttp.spi.TrafficStore;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of a running processor and the order in which they start and stop. Started and stopped by one thread at a
 * time.
 */
final class Pipeline {

    private static final Logger log = LoggerFactory.getLogger(Pipeline.class);

    private static final Duration CANCEL_INTERVAL = Duration.ofMillis(500);
    private static final Duration SWEEP_INTERVAL = Duration.ofMinutes(1);
    private static final int SWEEP_PAGE = 500;
    private static final Duration TRAFFIC_INTERVAL = Duration.ofMinutes(1);
    private static final Duration OLD_TRAFFIC_INTERVAL = Duration.ofMinutes(10);

    /** How long the steps of a stop may take together beyond its timeout; with a database that answers they take none. */
    private static final Duration EXTRA = Duration.ofSeconds(5);

    /** How long each of them may take of it. */
    private static final Duration STEP = Duration.ofSeconds(2);

    private static final Duration SHORTEST_STEP = Duration.ofMillis(100);

    private final Settings settings;
    private final Events events;
    private final Traces traces;
    private final CallbackQueue queue;
    private final HttpSender http;
    private final ProcessLease lease;
    private final HeartbeatThread heartbeat;
    private final Deliverer deliverer;
    private final RecorderThread commits;
    private final Quarantine quarantine;
    private final Processor<ClaimedTask> processor;
    private final ClaimerThread claimer;
    private final Reconciler reconciler;
    private final TrafficCounter traffic;
    private final Maintenance maintenance;
    private final Maintenance payloadSweep;
    private final Supplier<Vitals> vitals;

    /**
     * What a pipeline keeps its rows in.
     *
     * @param heartbeats the store on a connection of its own, for {@link ProcessLease}
     */
    record Stores(Reach reach, RequestStore heartbeats, TrafficStore traffic) {}

    /** A pipeline that is stopped. */
    Pipeline(
            HttpSender http, Stores stores, CallbackQueue queue, Payloads payloads, Deliverer.Application application) {
        var reach = stores.reach();
        var announcer = reach.announcer();
        this.settings = http.settings();
        this.events = announcer.events();
        this.traces = application.traces();
        this.http = http;
        this.queue = queue;
        var groupCommit = new GroupCommit(
                reach.store(), reach.transactions(), queue, announcer, settings.maxBufferedBytes() / 8, Waits.REAL);
        this.commits = new RecorderThread(groupCommit);
        var recorder = new Recorder(groupCommit, payloads.recording(), settings.unresolvedTimeout());
        var loader = new Loader(
                payloads.reader(),
                payloads.threads(),
                http.threads(),
                this::send,
                payloads.memory(),
                Math.max(1, settings.maxInFlight() / 2),
                settings.unresolvedTimeout());
        this.quarantine = new Quarantine(loader::send, this::inFlight, settings.maxRecoveries());
        this.processor = new Processor<>(quarantine::send, recorder, settings.maxInFlight(), this::roomFreed);
        this.traffic = new TrafficCounter(stores.traffic(), Clock.systemUTC());
        var counted = Events.direct(); // where it happens: it only counts
        counted.add(traffic);
        processor.addListener(counted.relay());
        if (events.isHeard()) {
            processor.addListener(events.relay());
        }
        var leaseSettings = new LeaseSettings(settings.heartbeatInterval(), settings.lease());
        this.lease = new ProcessLease(
                stores.heartbeats(),
                leaseSettings,
                this::describe,
                processor::inFlight,
                this::abortTasksOf,
                System::nanoTime);
        this.heartbeat = new HeartbeatThread(lease, settings.heartbeatInterval());
        this.deliverer = new Deliverer(
                reach.store(),
                reach.transactions(),
                queue,
                payloads.reader(),
                payloads.memory(),
                groupCommit,
                application,
                deliverySettings(settings, application.transactions().visibleToCallbacks()));
        var claiming = new ReentrantLock();
        var claims = new Claimer(
                reach.store(),
                payloads.reader(),
                new Claimer.Room(processor, http.budget(), lease),
                recorder,
                new ClaimSettings(settings.maxRecoveries(), limits(settings)),
                claiming,
                events);
        this.claimer = new ClaimerThread(claims, processor, settings.pollInterval());
        http.budget().onRoom(claimer::roomFreed);
        this.reconciler = new Reconciler(reach, queue, lease, processor, claiming, claimer::wake);
        claims.onUnknownResult(reconciler::reconcile);
        var reclaimer = new Reclaimer(reach, queue, lease, leaseSettings, settings.maxRecoveries(), claimer::wake);
        var sweeper = new Sweeper(reach, queue, SWEEP_INTERVAL, SWEEP_PAGE);
        var duties = new ArrayList<>(List.of(
                new Duty("reclaim", settings.heartbeatInterval().dividedBy(3), reclaimer::reclaimExpired),
                new Duty("look for cancelled requests", CANCEL_INTERVAL, reconciler::abortCancelled),
                new Duty("reconcile", settings.lease(), reconciler::reconcile),
                new Duty("sweep", SWEEP_INTERVAL, sweeper::sweep),
                new Duty("reclaim what nobody owns", SWEEP_INTERVAL, reclaimer::reclaimUnowned),
                new Duty("write the counts of this process", TRAFFIC_INTERVAL, traffic::write),
                new Duty("delete old counts", OLD_TRAFFIC_INTERVAL, traffic::deleteOld)));
        var retention = settings.deadRetention();
        if (retention != null) {
            var old = new DeadRetention(reach.store(), retention);
            duties.add(new Duty("delete old dead requests", SWEEP_INTERVAL, old::deleteOld));
        }
        this.maintenance = new Maintenance("patient-http-maintenance", duties);
        this.payloadSweep = new Maintenance("patient-http-payload-sweep", payloads.duties(SWEEP_INTERVAL));
        this.vitals = () -> new Vitals(
                processor.inFlight(),
                settings.maxInFlight(),
                groupCommit.unwritten(),
                http.budget().used(),
                loader.unresolved() + recorder.unresolved(),
                deliverer.unresolved(),
                lease.sinceBeat(),
                claimer.sinceTurn());
    }

    private Sending send(ClaimedTask task) {
        return traces.send(
                task.id(),
                task.request(),
                task.row().traceContext(),
                headers -> http.send(task, () -> lease.isValid(task.owner()), headers));
    }

    private void roomFreed() {
        quarantine.taskEnded();
        claimer.roomFreed();
    }

    private void abortTasksOf(UUID lostOwner) {
        events.tell(listener -> listener.onLeaseLost(lostOwner.toString()));
        int aborted = processor.abort(task -> task.owner().equals(lostOwner));
        log.warn("Aborted {} requests of the lost process {}", aborted, lostOwner);
        claimer.wake();
    }

    /** The processes row comes first: nothing may be claimed or run by a process that nobody would miss. */
    void start() {
        http.start();
        heartbeat.start();
        commits.start();
        queue.start(deliverer);
        processor.start();
        maintenance.start();
        payloadSweep.start();
        claimer.start();
    }

    void drain() throws InterruptedException {
        try {
            claimer.stop(STEP);
        } finally {
            processor.drain();
        }
    }

    void wake() {
        claimer.wake();
    }

    int capacity() {
        return processor.capacity();
    }

    int inFlight() {
        return processor.inFlight();
    }

    Vitals vitals() {
        return vitals.get();
    }

    /**
     * Stops claiming, drains, records, releases the own rows; last the engine, the heartbeat, the processes row. Every
     * step is bounded and the next one is taken whatever happens: others put right what could not be written.
     */
    void stop(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        long end = deadline + EXTRA.toNanos();
        var interrupted = new AtomicBoolean(Thread.interrupted());
        attempt("stop claiming", interrupted, () -> claimer.stop(step(end)));
        attempt("end the requests in flight", interrupted, () -> {
            int aborted = processor.stop(interrupted.get() ? Duration.ZERO : left(deadline), step(end));
            if (aborted > 0) {
                log.info("{} requests did not end within {} and were aborted, to be sent again", aborted, timeout);
            }
        });
        attempt("record the outcomes", interrupted, () -> commits.flush(step(end)));
        attempt("stop maintenance", interrupted, () -> maintenance.stop(step(end)));
        attempt("write the counts of this process", interrupted, () -> waitFor(traffic::write, step(end)));
        attempt("stop the sweep of payloads", interrupted, () -> payloadSweep.stop(step(end)));
        attempt("release the requests that are left", interrupted, () -> waitFor(reconciler::releaseAll, step(end)));
        attempt("stop the job engine", interrupted, () -> queue.stop(longer(step(end), left(deadline))));
        attempt("write what callbacks left", interrupted, () -> commits.stop(step(end)));
        attempt("stop the heartbeat", interrupted, () -> heartbeat.stop(step(end)));
        attempt("remove the process", interrupted, () -> waitFor(lease::deregister, step(end)));
        attempt("close connections", interrupted, http::close);
        attempt("tell listeners the rest", interrupted, () -> events.flush(Events.LAST_WORDS));
        if (interrupted.get()) {
            Thread.currentThread().interrupt();
        }
    }

    private static void attempt(String what, AtomicBoolean interrupted, Step step) {
        try {
            step.run();
        } catch (InterruptedException e) {
            interrupted.set(true);
        } catch (Exception e) {
            log.warn("Could not {}: {}. Other processes put it right when the lease is over", what, e.toString());
        }
    }

    /** On a thread of its own, because a pool or a database that is away may keep it longer than a stop can wait. */
    private static void waitFor(Runnable write, Duration timeout) throws Exception {
        CompletableFuture.runAsync(write, task -> {
                    var thread = new Thread(task, "patient-http-stop");
                    thread.setDaemon(true);
                    thread.start();
                })
                .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static Duration step(long end) {
        var left = left(end);
        return left.compareTo(STEP) >= 0 ? STEP : longer(left, SHORTEST_STEP);
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    private ProcessRow describe(UUID id) {
        return new ProcessRow(
                id,
                hostName(),
                ProcessHandle.current().pid(),
                PatientHttp.VERSION,
                settings.lease(),
                queue.engineName().orElse(null),
                settings.maxInFlight(),
                processor.inFlight(),
                null,
                null);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    private static DeliverySettings deliverySettings(Settings settings, boolean possible) {
        var wanted = settings.transactionalDelivery();
        return new DeliverySettings(
                settings.callbackMaxAttempts(),
                settings.callbackFirstBackoff(),
                settings.callbackLongestBackoff(),
                settings.unresolvedTimeout(),
                wanted == null ? possible : wanted);
    }

    private static Map<String, Integer> limits(Settings settings) {
        var limits = new HashMap<String, Integer>();
        settings.hosts().forEach((name, host) -> host.maxInFlight().ifPresent(limit -> limits.put(name, limit)));
        return Map.copyOf(limits);
    }

    /** A step of the stop. */
    private interface Step {

        void run() throws Exception;
    }
}
