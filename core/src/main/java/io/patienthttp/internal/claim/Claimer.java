package io.patienthttp.internal.claim;

import io.patienthttp.CapacityException;
import io.patienthttp.NotRunningException;
import io.patienthttp.Request;
import io.patienthttp.internal.http.ByteBudget;
import io.patienthttp.internal.observe.Events;
import io.patienthttp.internal.wire.Envelope;
import io.patienthttp.internal.wire.RowReader;
import io.patienthttp.processor.Processor;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.ClaimOrder;
import io.patienthttp.spi.RequestStore.ClaimedRequest;
import io.patienthttp.spi.RequestStore.Suspects;
import io.patienthttp.spi.Suspicion;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.Lock;

/**
 * Claims as many due rows as the processor has room for, and hands them to it as tasks. Both bounds of capacity stop it:
 * slots, and bytes of answers. For one thread, {@link ClaimerThread}.
 */
public final class Claimer {

    /** Rows a claim: enough to make its commit cheap, few enough to keep the statement short. */
    private static final int BATCH = 250;

    /** This part of the slots is for requests that are a death away from being suspects. */
    private static final int NEAR_SUSPECTS = 16;

    private final RequestStore store;
    private final Processor<ClaimedTask> processor;
    private final ByteBudget budget;
    private final Ownership ownership;
    private final UnusableRows unusable;
    private final ClaimSettings settings;
    private final Events events;
    private final RowReader reader;

    private final Lock claiming;
    private volatile Runnable reconcile = () -> {};
    private boolean unknownResult; // used by the thread alone

    /**
     * A claimer.
     *
     * @param reader reads what it can without waiting; the rest comes to be read when it is sent
     * @param claiming held while a claim runs and its rows become tasks: reconcile must not take them for lost
     */
    public Claimer(
            RequestStore store,
            RowReader reader,
            Room room,
            UnusableRows unusable,
            ClaimSettings settings,
            Lock claiming,
            Events events) {
        this.store = store;
        this.reader = reader;
        this.processor = room.processor();
        this.budget = room.budget();
        this.claiming = claiming;
        this.ownership = room.ownership();
        this.unusable = unusable;
        this.settings = settings;
        this.events = events;
    }

    /** Sets what runs after a claim whose result is unknown, which may own rows that nobody holds, before the next one. */
    public void onUnknownResult(Runnable reconcile) {
        this.reconcile = reconcile;
    }

    /** Claims once; whether it is worth to claim again at once. After a result that is unknown, it reconciles first. */
    public boolean claim() {
        if (unknownResult) {
            reconcile.run();
        }
        unknownResult = true;
        var more = claimOnce();
        unknownResult = false;
        return more;
    }

    private boolean hasRoom() {
        return processor.free() > 0 && !budget.isExhausted() && ownership.isValid(ownership.owner());
    }

    private boolean claimOnce() {
        claiming.lock();
        try {
            if (!hasRoom()) {
                return false;
            }
            var tasks = processor.tasks();
            if (tasks.stream().anyMatch(task -> suspicion(task) == Suspicion.SECOND_DEGREE)) {
                return false;
            }
            var order = order(ownership.owner(), tasks);
            var rows = store.claim(order);
            tell(rows);
            rows.forEach(row -> begin(order.owner(), row));
            return hasRoom() && (rows.size() == order.limit() || filledAKey(order, rows));
        } finally {
            claiming.unlock();
        }
    }

    /** Before any of them becomes a task, which tells more of itself. */
    private void tell(List<ClaimedRequest> rows) {
        if (!events.isHeard()) {
            return;
        }
        events.tell(listener -> listener.onClaim(rows.size()));
        for (var row : rows) {
            events.tell(listener -> listener.onClaimed(row.ref().id().toString(), row.attempt(), row.waited()));
        }
    }

    /** Rows of a key that is full now may have stood before others, which the next claim sees. */
    private static boolean filledAKey(ClaimOrder order, List<ClaimedRequest> rows) {
        var rooms = new HashMap<>(order.rooms());
        rows.forEach(row -> rooms.computeIfPresent(row.concurrencyKey(), (key, room) -> room - 1));
        return rooms.entrySet().stream()
                .anyMatch(room -> room.getValue() <= 0 && order.rooms().getOrDefault(room.getKey(), 0) > 0);
    }

    private ClaimOrder order(UUID owner, Collection<ClaimedTask> tasks) {
        var held = new EnumMap<Suspicion, Integer>(Suspicion.class);
        var rooms = new HashMap<>(settings.limits());
        for (var task : tasks) {
            held.merge(suspicion(task), 1, Integer::sum);
            rooms.computeIfPresent(task.row().concurrencyKey(), (key, room) -> room - 1);
        }
        boolean suspect = held.containsKey(Suspicion.SUSPECT);
        int near = Math.max(1, processor.capacity() / NEAR_SUSPECTS) - held.getOrDefault(Suspicion.NEAR, 0);
        return new ClaimOrder(
                owner,
                Math.min(BATCH, processor.free()),
                Map.copyOf(rooms),
                new Suspects(settings.maxRecoveries(), Math.max(0, near), suspect ? 0 : 1, suspect ? 0 : 1));
    }

    private Suspicion suspicion(ClaimedTask task) {
        return Suspicion.of(task.row().recoveries(), settings.maxRecoveries());
    }

    private void begin(UUID owner, ClaimedRequest row) {
        if (row.stored().format() > Envelope.NEWEST_FORMAT) {
            unusable.tooNew(owner, row);
            return;
        }
        Request request = null;
        try {
            if (reader.isAtHand(row.stored())) {
                request = reader.request(row.ref().id(), row.stored());
            }
        } catch (Throwable e) { // one row must not keep the others of its claim from being sent
            unusable.unreadable(owner, row, e);
            return;
        }
        if (row.isExpired()) {
            unusable.expired(owner, row);
            return;
        }
        try {
            processor.enqueue(new ClaimedTask(owner, row, request));
        } catch (NotRunningException | CapacityException e) {
            unusable.unwanted(owner, row);
        }
    }

    /** What bounds the claim: slots, bytes of answers, and the lease. */
    public record Room(Processor<ClaimedTask> processor, ByteBudget budget, Ownership ownership) {}
}
