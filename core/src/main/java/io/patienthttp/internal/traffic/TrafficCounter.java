package io.patienthttp.internal.traffic;

import io.patienthttp.Listener;
import io.patienthttp.Outcome;
import io.patienthttp.Request;
import io.patienthttp.spi.TrafficStore;
import io.patienthttp.spi.TrafficStore.Counted;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Counts the outcomes of this process, and adds them to the store from time to time: one statement for all hosts, none if
 * there was no outcome. What cannot be written stays for the next time. A crash loses what was counted since the last
 * write; a commit whose answer is lost may be counted twice.
 *
 * <p>Bounded memory: {@value #HOSTS} hosts a minute, all others are {@value #OTHERS}; {@value #MINUTES} minutes, while the
 * store is away, whose newest takes all that follows. Safe for all threads.
 */
public final class TrafficCounter implements Listener {

    static final int HOSTS = 100;
    static final int MINUTES = 60;

    /** No name of a host has parentheses (RFC 1123, section 2.1). */
    static final String OTHERS = "(others)";

    private static final Duration KEPT = Duration.ofDays(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final TrafficStore store;
    private final Clock clock;
    private final Object lock = new Object();
    private TreeMap<Long, Map<String, Tally>> minutes = new TreeMap<>(); // guarded by lock

    /** Counts nothing yet; the clock only tells minutes apart. */
    public TrafficCounter(TrafficStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    @Override
    public void onRequestEnd(String requestId, Request request, Optional<Outcome> outcome) {
        outcome.ifPresent(ended -> count(request.url().getHost().toLowerCase(Locale.ROOT), ended));
    }

    private void count(String host, Outcome outcome) {
        synchronized (lock) {
            tally(hostsOf(clock.millis() / MINUTE.toMillis()), host).count(outcome);
        }
    }

    private static Tally tally(Map<String, Tally> hosts, String host) {
        var name = hosts.size() < HOSTS || hosts.containsKey(host) ? host : OTHERS;
        return hosts.computeIfAbsent(name, n -> new Tally());
    }

    private Map<String, Tally> hostsOf(long minute) {
        var known = minutes.get(minute);
        if (known == null && minutes.size() >= MINUTES) {
            return minutes.lastEntry().getValue();
        }
        return minutes.computeIfAbsent(minute, m -> new HashMap<>());
    }

    /**
     * Adds what was counted since the last call to the store.
     *
     * @throws io.patienthttp.StorageException if it cannot; what was counted is kept
     */
    public void write() {
        TreeMap<Long, Map<String, Tally>> counted;
        synchronized (lock) {
            counted = minutes;
            minutes = new TreeMap<>();
        }
        if (counted.isEmpty()) {
            return;
        }
        try {
            store.add(rows(counted));
        } catch (RuntimeException | Error e) {
            putBack(counted);
            throw e;
        }
    }

    /** Removes what is older than a day from the store. */
    public void deleteOld() {
        store.deleteOlder(KEPT);
    }

    private List<Counted> rows(TreeMap<Long, Map<String, Tally>> counted) {
        var now = clock.instant();
        var rows = new ArrayList<Counted>();
        counted.forEach((minute, hosts) -> {
            var age = Duration.between(Instant.EPOCH.plus(MINUTE.multipliedBy(minute)), now);
            hosts.forEach((host, tally) -> rows.add(new Counted(age, host, tally.traffic())));
        });
        return rows;
    }

    private void putBack(TreeMap<Long, Map<String, Tally>> counted) {
        synchronized (lock) {
            var since = minutes;
            minutes = counted;
            since.forEach((minute, hosts) -> {
                var kept = hostsOf(minute);
                hosts.forEach((host, tally) -> tally(kept, host).add(tally));
            });
        }
    }
}
