package io.patienthttp.dashboard;

import io.patienthttp.runtime.Inspection;
import io.patienthttp.runtime.Operations;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the page shows all the time. Read at most once a second, however many look at it: who comes while it is read gets
 * what was read before. Safe for all threads.
 */
final class LiveView {

    private static final Duration FRESH = Duration.ofSeconds(1);

    private final Supplier<Operations> operations;
    private final Clock clock;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile @Nullable Shown last;

    LiveView(Supplier<Operations> operations, Clock clock) {
        this.operations = operations;
        this.clock = clock;
    }

    ObjectNode json() {
        var shown = last;
        if (shown != null && (shown.at().plus(FRESH).isAfter(clock.instant()) || reading.isLocked())) {
            return shown.json();
        }
        reading.lock();
        try {
            shown = last;
            if (shown == null || !shown.at().plus(FRESH).isAfter(clock.instant())) {
                shown = new Shown(clock.instant(), read());
                last = shown;
            }
            return shown.json();
        } finally {
            reading.unlock();
        }
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
