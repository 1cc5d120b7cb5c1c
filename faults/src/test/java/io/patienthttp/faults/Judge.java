package io.patienthttp.faults;

import io.patienthttp.fixture.SlowServer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * Compares the server's ledger of hits, the application's table of deliveries and what the tables held at each fault.
 * Each hit of a request beyond its first must be explained by a fault that struck it after the server had seen it and
 * before its outcome was committed. A machine that is too slow is a fault, too: it lets the lease of a process lapse that
 * nobody struck, which the tables note at the moment in which others take its requests.
 */
final class Judge {

    /** What was on the wire at the fault arrives within this time, and nobody sends again so soon. */
    private static final Duration ON_THE_WIRE = Duration.ofSeconds(2);

    /** The setting max-recoveries: more processes than this must have died with a request before it is given up. */
    private static final int MAX_RECOVERIES = 3;

    private final Tables tables;
    private final SlowServer server;
    private final List<Fault> faults = new CopyOnWriteArrayList<>();
    private final List<Long> survivorsStarted = new CopyOnWriteArrayList<>();

    Judge(Tables tables, SlowServer server) {
        this.tables = tables;
        this.server = server;
    }

    /** Takes down what the process held when it was struck; to be called right after it. */
    Fault strike(boolean kill, long pid) {
        var fault = new Fault(kill, pid);
        fault.look(tables);
        faults.add(fault);
        return fault;
    }

    /** Forgets all runs before. */
    void reset() {
        faults.clear();
        server.hits().clear();
    }

    /** A process that may recover others claims from now on. */
    void survivorStarted(long nanos) {
        survivorsStarted.add(nanos);
    }

    /**
     * The verdict at the end of a run.
     *
     * @param inDoubt requests whose transaction may have committed or not
     */
    Verdict verdict(String name, Set<String> requests, Set<String> inDoubt, List<String> left) {
        var kinds = tables.kinds();
        var lapses = lapses();
        return new Verdict(
                name,
                requests.size(),
                (int) faults.stream().filter(Fault::counts).count(),
                requests.stream().filter(id -> !kinds.containsKey(id)).toList(),
                List.copyOf(tables.deliveredTwice()),
                server.hitCount() - server.hits().size(),
                unexplained(requests, inDoubt, kinds, lapses),
                (int) lapses.values().stream().flatMap(List::stream).distinct().count(),
                left,
                recoveries());
    }

    /** Each request to the processes that it was taken from without a fault that explains it. */
    private Map<String, List<Long>> lapses() {
        var lapses = tables.lapses();
        lapses.forEach((id, pids) -> {
            var hits = server.hits().getOrDefault(id, List.of());
            pids.removeIf(pid -> faults.stream().anyMatch(fault -> fault.pid() == pid && explains(fault, id, hits)));
        });
        return lapses;
    }

    private List<String> unexplained(
            Set<String> requests, Set<String> inDoubt, Map<String, String> kinds, Map<String, List<Long>> lapses) {
        var found = new ArrayList<String>();
        server.hits().forEach((id, times) -> {
            if (!requests.contains(id) && !inDoubt.contains(id)) {
                found.add(id + " was sent and never accepted");
            }
            long explained =
                    faults.stream().filter(fault -> explains(fault, id, times)).count() + lapsed(lapses, id);
            if (times.size() > 1 + explained) {
                found.add(id + " was hit " + times.size() + " times, " + explained + " faults explain it");
            }
        });
        kinds.forEach((id, kind) -> {
            if (!server.hits().containsKey(id)) {
                found.add(id + " was delivered and never sent");
            }
            long died = faults.stream()
                            .filter(fault -> fault.inFlight().contains(id))
                            .count()
                    + lapsed(lapses, id);
            if (!kind.equals("response") && !(kind.equals("RECOVERY_EXHAUSTED") && died > MAX_RECOVERIES)) {
                found.add(id + " was delivered as " + kind + " after " + died + " faults");
            }
        });
        return found;
    }

    private static int lapsed(Map<String, List<Long>> lapses, String id) {
        return lapses.getOrDefault(id, List.of()).size();
    }

    private static boolean explains(Fault fault, String id, List<Long> hits) {
        return fault.inFlight().contains(id)
                && hits.stream().anyMatch(hit -> hit - fault.end() < ON_THE_WIRE.toNanos());
    }

    /** From the later of fault and a survivor's start, for each fault. */
    private List<Duration> recoveries() {
        var deliveries = deliveries();
        return faults.stream().flatMap(fault -> recovery(fault, deliveries)).toList();
    }

    /** From the server's answer to the delivery, of all requests, the shortest first. */
    List<Duration> answerToDelivery() {
        var answers = server.answers();
        return deliveries().entrySet().stream()
                .map(delivery -> Duration.ofNanos(delivery.getValue() - answers.get(delivery.getKey())))
                .sorted()
                .toList();
    }

    /** When each request was delivered, by {@code System.nanoTime}. */
    private Map<String, Long> deliveries() {
        long now = System.nanoTime();
        var wallClock = Instant.now();
        var deliveries = new HashMap<String, Long>();
        tables.deliveries()
                .forEach((id, at) ->
                        deliveries.put(id, now - Duration.between(at, wallClock).toNanos()));
        return deliveries;
    }

    private Stream<Duration> recovery(Fault fault, Map<String, Long> deliveries) {
        var ends = new ArrayList<Long>();
        for (var id : fault.inFlight()) {
            server.hits().getOrDefault(id, List.of()).stream()
                    .filter(hit -> hit > fault.nanos())
                    .findFirst()
                    .ifPresent(ends::add);
        }
        for (var id : fault.undelivered()) {
            ends.add(deliveries.getOrDefault(id, fault.nanos()));
        }
        if (ends.isEmpty()) {
            return Stream.empty();
        }
        long begin = Math.max(
                fault.nanos(),
                survivorsStarted.stream().mapToLong(Long::longValue).min().orElse(fault.nanos()));
        return Stream.of(Duration.ofNanos(Math.max(0, Collections.max(ends) - begin)));
    }
}
