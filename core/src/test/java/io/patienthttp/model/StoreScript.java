package io.patienthttp.model;

import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.ClaimOrder;
import io.patienthttp.spi.RequestStore.ClaimedRequest;
import io.patienthttp.spi.RequestStore.CompletedRow;
import io.patienthttp.spi.RequestStore.Completion;
import io.patienthttp.spi.RequestStore.NewRequest;
import io.patienthttp.spi.RequestStore.ProcessRow;
import io.patienthttp.spi.RequestStore.Suspects;
import io.patienthttp.spi.RequestStore.Value;
import io.patienthttp.spi.Transaction;
import io.patienthttp.spi.Transactions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;

/** A sequence of calls of a store, decided by a seed and by what the store answers: with valid and with stale arguments. */
final class StoreScript {

    private static final int STEPS = 20;
    private static final Duration HEARTBEAT = Duration.ofMinutes(10);
    private static final List<Duration> LEAPS =
            List.of(Duration.ofMinutes(7), Duration.ofMinutes(13), Duration.ofMinutes(25), Duration.ofMinutes(71));

    private final Chance chance;
    private final RequestStore store;
    private final Transactions transactions;
    private final Consumer<Duration> leap;
    private final List<String> transcript = new ArrayList<>();
    private final List<UUID> ids = new ArrayList<>();
    private final List<UUID> owners = new ArrayList<>();
    private final Map<UUID, RequestRef> known = new HashMap<>();
    private final Map<UUID, UUID> holders = new HashMap<>();
    private List<CompletedRow> swept = List.of();

    /**
     * A script.
     *
     * @param leap lets that much time pass for the store
     */
    StoreScript(long seed, RequestStore store, Transactions transactions, Consumer<Duration> leap) {
        this.chance = new Chance(seed);
        this.store = store;
        this.transactions = transactions;
        this.leap = leap;
        for (int i = 1; i <= 4; i++) {
            owners.add(new UUID(1, i));
        }
    }

    /** Runs it; what was called, and what was answered, times left out. */
    List<String> run() {
        insert();
        register();
        for (int i = 0; i < STEPS; i++) {
            step(chance.below(31));
        }
        return transcript;
    }

    private void step(int what) {
        switch (what) {
            case 0, 1, 2 -> insert();
            case 3, 4, 5, 6, 7 -> claim();
            case 8, 9, 10 -> complete();
            case 11, 12 -> release();
            case 13 -> say("releaseAll", in(tx -> refs(store.releaseAll(tx, owner()))));
            case 14 -> reads();
            case 15, 16 -> cancel();
            case 17 -> register();
            case 18 -> say("beat", store.beat(owner(), HEARTBEAT, chance.below(5)));
            case 19 -> {
                deregister();
                reclaimUnowned();
            }
            case 20, 21 -> reclaim();
            case 22 -> reclaimUnowned();
            case 23 -> remove();
            case 24, 25 -> {
                var ref = ref();
                say("deadLetter " + ref, in(tx -> store.deadLetter(tx, ref, "error")));
            }
            case 26 -> sweep();
            case 27 -> again();
            case 28 ->
                say(
                        "deleteDead",
                        chance.flip() ? store.deleteDead(id()) : store.deleteDead(LEAPS.get(chance.below(3)), 100));
            default -> {
                var time = LEAPS.get(chance.below(LEAPS.size()));
                leap.accept(time);
                say("leap", time);
            }
        }
    }

    private void insert() {
        var id = new UUID(2, ids.size() + 1L);
        ids.add(id);
        known.put(id, new RequestRef(id, 0));
        var request = new NewRequest(
                id,
                chance.below(4),
                chance.oneIn(4) ? Duration.ofMinutes(30) : Duration.ZERO,
                chance.oneIn(4) ? Duration.ofMinutes(45) : null,
                chance.flip() ? "narrow" : "wide",
                "callback",
                "GET",
                "host",
                1 + chance.below(2),
                chance.flip() ? null : "{}",
                value("{\"a\":1}"),
                chance.flip() ? null : "{\"traceparent\":\"00\"}");
        in(tx -> {
            store.insert(tx, List.of(request));
            return id;
        });
        say("insert", request);
    }

    /** In its row, or in a payload store. */
    private Value value(String text) {
        return chance.flip() ? Value.of(text) : new Value("", "store:" + text);
    }

    private void claim() {
        var owner = owner();
        var rooms = List.of(Map.<String, Integer>of(), Map.of("narrow", 0), Map.of("narrow", 1))
                .get(chance.below(3));
        var suspects = new Suspects(chance.below(4), chance.below(3), chance.below(2), chance.below(2));
        var limit = 1 + chance.below(3);
        var claimed = store.claim(new ClaimOrder(owner, limit, rooms, suspects));
        claimed.forEach(row -> {
            known.put(row.ref().id(), row.ref());
            holders.put(row.ref().id(), owner);
        });
        say(
                "claim " + limit + rooms + suspects,
                claimed.stream().map(StoreScript::claimed).sorted().toList());
    }

    private static String claimed(ClaimedRequest row) {
        return row.ref() + " " + row.attempt() + row.recoveries() + row.concurrencyKey() + row.stored()
                + row.isExpired();
    }

    private void complete() {
        var id = id();
        var completions = chance.oneIn(4)
                ? List.of(new Completion(ref(id), 1, value("one")), new Completion(ref(), 2, value("two")))
                : List.of(new Completion(ref(id), 1 + chance.below(2), value("outcome")));
        if (completions.stream()
                        .map(completion -> completion.ref().id())
                        .distinct()
                        .count()
                < completions.size()) {
            return; // a batch names a row once
        }
        var recorded = in(tx -> store.complete(tx, holder(id), completions));
        say(
                "complete " + completions,
                recorded.stream()
                        .map(row -> row.job().ref() + " " + row.cancelled())
                        .sorted()
                        .toList());
    }

    private void release() {
        var ref = ref();
        var delay = chance.flip() ? Duration.ZERO : Duration.ofMinutes(30);
        say("release " + ref + delay, in(tx -> refs(store.release(tx, holder(ref.id()), List.of(ref, ref()), delay))));
    }

    private void reads() {
        var id = id();
        var owner = owner();
        say("ownedBy", store.ownedBy(owner).stream().sorted().toList());
        say("cancelRequested", store.cancelRequested(owner).stream().sorted().toList());
        say("find", store.find(id).map(found -> found.state() + " " + found.recoveries() + " " + found.lastError()));
        say("counts", store.counts());
        say("request", store.request(id));
        say("references", new TreeSet<>(store.references(ids)));
        say(
                "outcomes",
                store.outcomes(List.of(id)).values().stream()
                        .map(found -> found.state() + " " + found.outcome())
                        .toList());
        say("lock", in(tx -> store.lockOutcome(tx, id)
                .map(found -> found.ref() + " " + found.state() + found.outcome())));
        say(
                "processes",
                store.processes().stream().map(StoreScript::process).sorted().toList());
    }

    static String process(ProcessRow row) {
        return row.id() + " " + row.host() + row.pid() + row.version() + row.lease() + row.engineName()
                + row.maxInFlight() + " " + row.inFlight();
    }

    private void cancel() {
        var id = id();
        var cancellation = in(tx -> store.cancel(tx, id));
        say(
                "cancel " + id,
                cancellation.result() + " " + refs(cancellation.job().stream().toList()));
    }

    private void register() {
        var owner = owner();
        store.register(new ProcessRow(
                owner,
                "host",
                7,
                "1",
                Duration.ofMinutes(chance.oneOf(12, 40)),
                chance.flip() ? null : "engine-" + chance.below(2),
                5,
                chance.below(3),
                null,
                null));
        say("register", owner);
    }

    private void deregister() {
        var owner = owner();
        store.deregister(owner);
        say("deregister", owner);
    }

    private void reclaim() {
        var self = owner();
        var max = chance.below(3);
        var reclaimed = in(tx -> store.reclaimExpired(tx, self, HEARTBEAT, max));
        say(
                "reclaim by " + self,
                reclaimed.map(found ->
                        found.process() + " " + found.engineName() + found.pending() + refs(found.completed())));
    }

    private void reclaimUnowned() {
        var max = chance.below(3);
        var reclaimed = in(tx -> store.reclaimUnowned(tx, max));
        say("reclaimUnowned", reclaimed.pending() + " " + refs(reclaimed.completed()));
    }

    private void remove() {
        var refs = List.of(ref(), ref());
        say("remove " + refs, in(tx -> store.remove(tx, refs)));
    }

    private void sweep() {
        var after = swept.isEmpty() || chance.flip() ? null : swept.get(chance.below(swept.size()));
        swept = store.completedBefore(LEAPS.get(chance.below(2)), after, 1 + chance.below(3));
        say("completedBefore", swept.stream().map(CompletedRow::ref).toList());
        var ref = ref();
        var renewed = in(tx -> store.renew(tx, ref));
        say("renew " + ref, refs(renewed.stream().toList()));
    }

    private void again() {
        var id = id();
        if (chance.flip()) {
            say("sendAgain " + id, store.sendAgain(id));
        } else {
            var job = in(tx -> store.deliverAgain(tx, id));
            say("deliverAgain " + id, refs(job.stream().toList()));
        }
    }

    private UUID id() {
        return ids.get(chance.below(ids.size()));
    }

    private UUID owner() {
        return owners.get(chance.oneOf(0, 0, 0, 1, 1, 2, 3));
    }

    private UUID holder(UUID id) {
        var holder = holders.get(id);
        return holder == null || chance.oneIn(5) ? owner() : holder;
    }

    private RequestRef ref() {
        return ref(id());
    }

    private RequestRef ref(UUID id) {
        var ref = known.get(id);
        return chance.oneIn(5) ? new RequestRef(id, ref.epoch() + chance.oneOf(-1, 1)) : ref;
    }

    private List<RequestRef> refs(Collection<CallbackJob> jobs) {
        jobs.forEach(job -> known.put(job.ref().id(), job.ref()));
        return jobs.stream().map(job -> job.ref()).sorted().toList();
    }

    private <T> T in(Function<Transaction, T> work) {
        return transactions.inTransaction(work::apply);
    }

    private void say(String what, Object answer) {
        transcript.add(what + ": " + answer);
    }
}
