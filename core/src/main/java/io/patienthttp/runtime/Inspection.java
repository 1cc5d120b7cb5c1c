package io.patienthttp.runtime;

import io.patienthttp.RequestLife;
import io.patienthttp.RequestState;
import io.patienthttp.internal.wire.RowReader;
import io.patienthttp.jdbc.JdbcRequestViews;
import io.patienthttp.jdbc.JdbcTrafficStore;
import io.patienthttp.jdbc.JdbcTransactions;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestViews;
import io.patienthttp.spi.TrafficStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What an operator may look at, of the whole installation, on any node, started or not. Each call reads a bounded number
 * of rows, locks none, and gives up after some seconds, so that it may be repeated while the pipeline works. Safe for
 * all threads.
 *
 * @see io.patienthttp.StorageException every method throws it when the database fails or takes too long
 */
public final class Inspection {

    /** Counts end here: {@code COUNTED + 1} stands for more than that. */
    public static final int COUNTED = 10_000;

    /** How many of the newest requests of a state {@link #newest} looks at. */
    public static final int SCANNED = 10_000;

    /** How many requests {@link #newest} returns at most. */
    public static final int LISTED = 100;

    /** How many hosts {@link #trafficByHost} returns at most: the busiest. */
    public static final int HOSTS = 20;

    /** What separates the counts of {@link #pendingDueFor}. */
    public static final List<Duration> AGES =
            List.of(Duration.ofMinutes(1), Duration.ofMinutes(10), Duration.ofHours(1));

    private static final Duration SHOWN = Duration.ofHours(1);

    private final RequestViews views;
    private final TrafficStore traffic;
    private final ExchangeReader exchanges;

    private Inspection(RequestViews views, TrafficStore traffic, ExchangeReader exchanges) {
        this.views = views;
        this.traffic = traffic;
        this.exchanges = exchanges;
    }

    static Inspection of(JdbcTransactions transactions, Settings settings, RequestStore store, RowReader reader) {
        return new Inspection(
                new JdbcRequestViews(transactions, settings.tablePrefix()),
                new JdbcTrafficStore(transactions, settings.tablePrefix()),
                new ExchangeReader(store, reader, new Masking(settings.sensitiveHeaders())));
    }

    /** How many requests are in each state, up to {@link #COUNTED} + 1; every state is in the map. */
    public Map<RequestState, Integer> counts() {
        return views.countUpTo(COUNTED + 1);
    }

    /**
     * How many pending requests have been due for how long, each up to {@link #COUNTED} + 1: not due yet; for less than
     * the first of {@link #AGES}; from there to the second, and so on; for longer than all.
     */
    public List<Integer> pendingDueFor() {
        return views.pendingDueFor(AGES, COUNTED + 1);
    }

    /** What went to each host in the last hour, up to a minute late: the busiest {@value #HOSTS}. */
    public List<TrafficStore.OfHost> trafficByHost() {
        return traffic.byHost(SHOWN, HOSTS);
    }

    /** What was done in each minute of the last hour, up to a minute late; a minute in which nothing was is left out. */
    public List<TrafficStore.OfMinute> trafficByMinute() {
        return traffic.byMinute(SHOWN);
    }

    /**
     * The newest requests of a state that match, newest first, at most {@value #LISTED}; only the newest
     * {@value #SCANNED} of the state are looked at. Newest by when they came into the state, or, PENDING, are due.
     */
    public List<RequestLife> newest(RequestState state, RequestViews.Filter filter) {
        return views.newest(state, filter, SCANNED, LISTED);
    }

    /**
     * What the row of a request says; empty if there is none: it is delivered, or never was.
     *
     * @throws IllegalArgumentException if the id is no UUID
     */
    public Optional<RequestLife> life(String id) {
        return views.life(UUID.fromString(id));
    }

    /**
     * What a request sends and what came back.
     *
     * @param opened whether it shows bodies and callback arguments, and for that opens what is sealed and fetches what is
     *     in a payload store, all of it into memory; if not, nothing of a value that is sealed or in a payload store is
     *     shown
     */
    public RequestExchange exchange(RequestLife life, boolean opened) {
        return exchanges.read(life, opened);
    }
}
