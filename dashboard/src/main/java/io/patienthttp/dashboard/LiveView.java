package io.patienthttp.dashboard;

import io.patienthttp.runtime.Inspection;
import io.patienthttp.runtime.Operations;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the page shows all the time. Read at most once a second and by one thread, however many look at it: who comes while
 * it is read gets what was read before, if that is not old. Safe for all threads.
 */
final class LiveView {

    private static final Duration FRESH = Duration.ofSeconds(1);
    private static final Duration OLD = Duration.ofSeconds(10);

    private final Supplier<Operations> operations;
    private final Clock clock;
    private final Duration longestWait;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile @Nullable Shown last;

    LiveView(Supplier<Operations> operations, Clock clock, Duration longestWait) {
        this.operations = operations;
        this.clock = clock;
        this.longestWait = longestWait;
    }

    /**
     * Reads it, or takes what was read.
     *
     * @throws Turns.BusyException if another thread reads, for long, and nothing else is there
     */
    ObjectNode json() {
        var shown = last;
        if (shown != null && isYounger(shown, reading.isLocked() ? OLD : FRESH)) {
            return shown.json();
        }
        try {
            if (!reading.tryLock(longestWait.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new Turns.BusyException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Turns.BusyException();
        }
        try {
            shown = last;
            if (shown == null || !isYounger(shown, FRESH)) {
                shown = new Shown(clock.instant(), read());
                last = shown;
            }
            return shown.json();
        } finally {
            reading.unlock();
        }
    }

    private boolean isYounger(Shown shown, Duration age) {
        return shown.at().plus(age).isAfter(clock.instant());
    }

    private ObjectNode read() {
        var inspection = operations.get().inspection();
        var json = DashboardJson.object();
        json.put("at", clock.instant().toString());
        json.put("counted", Inspection.COUNTED);
        var counts = json.putObject("counts");
        inspection.counts().forEach((state, count) -> counts.put(state.name(), count));
        var ages = json.putArray("ages");
        Inspection.AGES.forEach(age -> ages.add(age.toSeconds()));
        var due = json.putArray("pendingDueFor");
        inspection.pendingDueFor().forEach(due::add);
        var processes = json.putArray("processes");
        operations.get().processes().forEach(process -> DashboardJson.write(processes.addObject(), process));
        var minutes = json.putArray("minutes");
        inspection
                .trafficByMinute()
                .forEach(minute -> DashboardJson.write(
                        minutes.addObject().put("minute", minute.minute().toString()), minute.traffic()));
        var hosts = json.putArray("hosts");
        inspection
                .trafficByHost()
                .forEach(host -> DashboardJson.write(hosts.addObject().put("host", host.host()), host.traffic()));
        return json;
    }

    private record Shown(Instant at, ObjectNode json) {}
}
