package io.patienthttp.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.f4b6a3.uuid.UuidCreator;
import io.patienthttp.CancelResult;
import io.patienthttp.RequestState;
import io.patienthttp.StorageException;
import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.RequestStore.ClaimOrder;
import io.patienthttp.spi.RequestStore.ClaimedRequest;
import io.patienthttp.spi.RequestStore.Completion;
import io.patienthttp.spi.RequestStore.NewRequest;
import io.patienthttp.spi.RequestStore.ProcessRow;
import io.patienthttp.spi.RequestStore.Recorded;
import io.patienthttp.spi.RequestStore.Suspects;
import io.patienthttp.spi.RequestStore.Value;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** What every request store on every database must do: each transition, each condition that it depends on. */
abstract class RequestStoreContract {

    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final String CANCELLED = "cancelled";
    private static final String CANCELLED_UNSENT = "cancelled unsent";
    private static final String EXHAUSTED = "exhausted";
    static final Suspects NO_SUSPECTS = new Suspects(3, 0, 0, 0);
    private static final Suspects ALL_SUSPECTS = new Suspects(3, 10, 10, 1);

    DataSource dataSource;
    JdbcTransactions transactions;
    RequestStore store;

    abstract DataSource database();

    @BeforeEach
    void createStore() {
        dataSource = database();
        transactions = JdbcTransactions.of(dataSource);
        new Schema(transactions, "patient_http_").create();
        store = new JdbcRequestStore(transactions, "patient_http_", CANCELLED, CANCELLED_UNSENT, EXHAUSTED);
    }

    @AfterEach
    void closeDatabase() throws Exception {
        ((AutoCloseable) dataSource).close();
    }

    // claim

    @Test
    void claimTakesDueRowsByPriorityThenByAge() {
        var me = process();
        var low = insert(request().priority(3));
        var first = insert(request().priority(1));
        var second = insert(request().priority(1));
        var high = insert(request().priority(0));
        insert(request().delay(Duration.ofHours(1)));

        var claimed = new ArrayList<UUID>();
        for (int i = 0; i < 5; i++) {
            claimed.addAll(ids(claim(me, 1)));
        }

        assertThat(claimed).containsExactly(high, first, second, low);
    }

    @Test
    void claimMakesTheRowOursInANewEpoch() {
        var me = process();
        var id = insert(request().args("{\"a\":1}"));

        var claimed = claim(me, 10);

        assertThat(claimed).hasSize(1);
        assertThat(claimed.get(0).ref()).isEqualTo(new RequestRef(id, 1));
        assertThat(claimed.get(0).attempt()).isEqualTo(1);
        assertThat(claimed.get(0).recoveries()).isZero();
        assertThat(claimed.get(0).stored().callbackArgs()).isEqualTo("{\"a\":1}");
        assertThat(claimed.get(0).stored().request()).isEqualTo(Value.of("{}"));
        assertThat(claimed.get(0).stored().callback()).isEqualTo("callback");
        assertThat(claimed.get(0).concurrencyKey()).isEqualTo("localhost");
        assertThat(store.ownedBy(me)).containsExactly(new RequestRef(id, 1));
        assertThat(state(id)).isEqualTo(RequestState.IN_FLIGHT);
    }

    @Test
    void theContextOfATraceIsKept() {
        var me = process();
        var id = insert(request().trace("{\"traceparent\":\"00-1-2-01\"}"));
        var without = insert(request());

        var claimed = claim(me, 2);

        assertThat(claimed)
                .extracting(ClaimedRequest::traceContext)
                .containsExactlyInAnyOrder("{\"traceparent\":\"00-1-2-01\"}", null);
        assertThat(store.outcomes(List.of(id)).get(id).traceContext()).isEqualTo("{\"traceparent\":\"00-1-2-01\"}");
        assertThat(store.outcomes(List.of(without)).get(without).traceContext()).isNull();
    }

    @Test
    void aClaimTellsHowLongARowWaitedForIt() {
        var me = process();
        var id = insert(request());
        update("UPDATE patient_http_requests SET run_at = run_at - INTERVAL '60' SECOND WHERE id = ?", id);

        var claimed = claim(me, 1).get(0);

        assertThat(claimed.waited()).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(120));
    }

    @Test
    void aClaimTellsWhatExpired() {
        var me = process();
        insert(request());
        insert(request().expiresAfter(Duration.ofHours(1)));
        insert(request().expiresAfter(Duration.ZERO));

        var claimed = claim(me, 3);

        assertThat(claimed).extracting(ClaimedRequest::isExpired).containsExactlyInAnyOrder(false, false, true);
        assertThat(claimed.stream().filter(row -> row.deadlineAt() == null)).hasSize(1);
        assertThat(claimed).noneMatch(ClaimedRequest::maybeSentBefore);
        release(me, claimed.get(0).ref(), Duration.ZERO);
        assertThat(claim(me, 1)).singleElement().matches(ClaimedRequest::maybeSentBefore);
    }

    @Test
    void whatIsSentAgainDoesNotExpire() {
        var me = process();
        var id = insert(request().expiresAfter(Duration.ZERO));
        complete(me, claim(me, 1).get(0).ref(), "expired");
        deadLetter(new RequestRef(id, 1));

        store.sendAgain(id);

        assertThat(claim(me, 1)).singleElement().matches(row -> !row.isExpired());
    }

    @Test
    void aProcessThatIsNotRegisteredClaimsNothing() {
        insert(request());

        assertThat(claim(UUID.randomUUID(), 10)).isEmpty();
    }

    @Test
    void aProcessWhoseLeaseIsOverClaimsNothing() {
        var me = process();
        insert(request());
        expire(me);

        assertThat(claim(me, 10)).isEmpty();
    }

    @RepeatedTest(5)
    void aRowIsClaimedByExactlyOneProcess() throws Exception {
        var ids = new HashSet<UUID>();
        for (int i = 0; i < 200; i++) {
            ids.add(insert(request()));
        }
        var processes = List.of(process(), process(), process(), process());

        var claimed = race(processes.stream()
                .<Callable<List<ClaimedRequest>>>map(process -> () -> claimUntilNone(process))
                .toList());

        var all = claimed.stream()
                .flatMap(List::stream)
                .map(row -> row.ref().id())
                .toList();
        assertThat(all).hasSize(200).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(ids);
    }

    private List<ClaimedRequest> claimUntilNone(UUID process) {
        var all = new ArrayList<ClaimedRequest>();
        List<ClaimedRequest> some;
        do {
            some = claim(process, 7);
            all.addAll(some);
        } while (!some.isEmpty() || store.counts().get(RequestState.PENDING) > 0);
        return all;
    }

    @Test
    void keysWithoutRoomArePassedOverAndOthersAreNotExceeded() {
        var me = process();
        for (int i = 0; i < 5; i++) {
            insert(request().key("full"));
            insert(request().key("narrow"));
        }
        var free = insert(request().key("free"));

        var claimed = store.claim(new ClaimOrder(me, 10, Map.of("full", 0, "narrow", 2), NO_SUSPECTS));

        assertThat(claimed.stream().map(ClaimedRequest::concurrencyKey))
                .containsExactlyInAnyOrder("narrow", "narrow", "free");
        assertThat(ids(claimed)).contains(free);
    }

    @Test
    void aLookTellsWhetherARowIsDue() {
        var me = process();
        assertThat(store.hasDue()).isFalse();
        insert(request().delay(Duration.ofHours(1)).priority(0));
        assertThat(store.hasDue()).isFalse();
        insert(request().priority(3));
        assertThat(store.hasDue()).isTrue();

        claim(me, 10);

        assertThat(store.hasDue()).isFalse();
    }

    @Test
    void whileAKeyIsFullTheOthersAreClaimedInTheirOrder() {
        var me = process();
        var full = insert(request().key("full").priority(0));
        var a = insert(request().key("a").priority(1));
        var b = insert(request().key("b").priority(0));
        var c = insert(request().key("c").priority(1));
        insert(request().key("b").delay(Duration.ofHours(1)));

        assertThat(ids(store.claim(new ClaimOrder(me, 2, Map.of("full", 0), NO_SUSPECTS))))
                .containsExactlyInAnyOrder(b, a);
        assertThat(ids(store.claim(new ClaimOrder(me, 2, Map.of("full", 0), NO_SUSPECTS))))
                .containsExactly(c);
        assertThat(ids(store.claim(new ClaimOrder(me, 2, Map.of("full", 1), NO_SUSPECTS))))
                .containsExactly(full);
    }

    @Test
    void whileAKeyIsFullManyOthersAreClaimed() {
        var me = process();
        var others = new ArrayList<UUID>();
        for (int i = 0; i < 50; i++) {
            insert(request().key("full"));
            others.add(insert(request().key("key " + i)));
        }

        assertThat(ids(store.claim(new ClaimOrder(me, 100, Map.of("full", 0), NO_SUSPECTS))))
                .containsExactlyInAnyOrderElementsOf(others);
    }

    @RepeatedTest(5)
    void whileAKeyIsFullARowIsClaimedByExactlyOneProcess() throws Exception {
        var ids = new HashSet<UUID>();
        for (int i = 0; i < 100; i++) {
            ids.add(insert(request().key("a")));
            ids.add(insert(request().key("b")));
        }
        insert(request().key("full"));

        var claimed = race(List.of(process(), process(), process(), process()).stream()
                .<Callable<List<ClaimedRequest>>>map(process -> () -> {
                    var all = new ArrayList<ClaimedRequest>();
                    do {
                        all.addAll(store.claim(new ClaimOrder(process, 7, Map.of("full", 0), NO_SUSPECTS)));
                    } while (store.counts().get(RequestState.PENDING) > 1);
                    return all;
                })
                .toList());

        assertThat(claimed.stream().flatMap(List::stream).map(row -> row.ref().id()))
                .hasSize(200)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void ofAKeyWithLittleRoomTheMostUrgentIsClaimed() {
        var me = process();
        var suspect = insert(request().key("narrow").priority(3));
        die(3, List.of(suspect));
        var urgent = insert(request().key("narrow").priority(0));

        var claimed = store.claim(new ClaimOrder(me, 10, Map.of("narrow", 1), ALL_SUSPECTS));

        assertThat(ids(claimed)).containsExactly(urgent);
    }

    @Test
    void suspectsAreClaimedOnlyAsManyAsAsked() {
        var me = process();
        var near = List.of(insert(request()), insert(request()), insert(request()));
        die(2, near);
        var suspects = List.of(insert(request()), insert(request()));
        die(3, suspects);
        var innocent = insert(request());
        var harmless = insert(request());
        die(1, List.of(harmless));

        assertThat(ids(claim(me, 10, NO_SUSPECTS))).containsExactlyInAnyOrder(innocent, harmless);
        assertThat(ids(claim(me, 10, new Suspects(3, 2, 0, 0)))).hasSize(2).isSubsetOf(near);
        assertThat(ids(claim(me, 10, new Suspects(3, 0, 1, 1)))).hasSize(1).isSubsetOf(suspects);
        assertThat(ids(claim(me, 10, ALL_SUSPECTS))).hasSize(2);
        assertThat(claim(me, 10, ALL_SUSPECTS)).isEmpty();
    }

    @Test
    void aSuspectOfTheSecondDegreeIsClaimedAlone() {
        var me = process();
        var first = insert(request());
        var second = insert(request());
        die(4, List.of(first, second));
        var suspect = insert(request());
        die(3, List.of(suspect));
        var innocent = insert(request());

        var alone = ids(claim(me, 10, new Suspects(3, 10, 10, 1)));

        assertThat(alone).hasSize(1).isSubsetOf(first, second);
        assertThat(ids(claim(me, 10, new Suspects(3, 10, 10, 0)))).containsExactlyInAnyOrder(suspect, innocent);
    }

    @Test
    void withoutRecoveriesADeathMakesASuspectOfTheSecondDegree() {
        var me = process();
        var recovered = insert(request());
        die(1, List.of(recovered));
        var innocent = insert(request());

        assertThat(ids(claim(me, 10, new Suspects(0, 10, 10, 0)))).containsExactly(innocent);
        assertThat(ids(claim(me, 10, new Suspects(0, 0, 0, 1)))).containsExactly(recovered);
    }

    // complete

    @Test
    void completeRecordsTheOutcomeOnce() {
        var me = process();
        var id = insert(request());
        var ref = claim(me, 1).get(0).ref();

        var jobs = complete(me, ref, "outcome");
        var again = complete(me, ref, "other");

        assertThat(jobs).extracting(row -> row.job().ref()).containsExactly(ref);
        assertThat(jobs.get(0).cancelled()).isFalse();
        assertThat(again).isEmpty();
        var stored = store.outcomes(List.of(id)).get(id);
        assertThat(stored.outcome()).isEqualTo(Value.of("outcome"));
        assertThat(stored.state()).isEqualTo(RequestState.COMPLETED);
        assertThat(store.ownedBy(me)).isEmpty();
    }

    @Test
    void aLargeOutcomeIsRecordedBesideOthers_AndLeftWhenItsRowIsRead() {
        var me = process();
        var large = insert(request());
        var fits = insert(request());
        var refs = claim(me, 2).stream().map(ClaimedRequest::ref).toList();
        var text = "ü".repeat(RequestStore.LARGE_OUTCOME / 2);

        var recorded = transactions.inTransaction(tx -> store.complete(
                tx,
                me,
                refs.stream()
                        .map(ref -> new Completion(ref, 1, Value.of(ref.id().equals(large) ? text + "x" : text)))
                        .toList()));

        assertThat(recorded).extracting(row -> row.job().ref()).containsExactlyInAnyOrderElementsOf(refs);
        var read = store.outcomes(List.of(large, fits));
        assertThat(read.get(fits).outcome()).isEqualTo(Value.of(text));
        assertThat(read.get(large).outcome()).isEqualTo(Value.left(RequestStore.LARGE_OUTCOME + 1));
        assertThat(transactions
                        .inTransaction(tx -> store.lockOutcome(tx, large))
                        .orElseThrow())
                .usingRecursiveComparison()
                .ignoringFields("age")
                .isEqualTo(read.get(large));
        assertThat(store.outcomeText(large).orElseThrow()).asString(UTF_8).isEqualTo(text + "x");
        assertThat(store.outcomeText(UUID.randomUUID())).isEmpty();
    }

    @Test
    void completeOfAnotherOwnerOrEpochChangesNothing() {
        var me = process();
        var id = insert(request());
        var ref = claim(me, 1).get(0).ref();

        assertThat(complete(process(), ref, "outcome")).isEmpty();
        assertThat(complete(me, new RequestRef(id, 2), "outcome")).isEmpty();
        assertThat(state(id)).isEqualTo(RequestState.IN_FLIGHT);
    }

    @Test
    void completeOfAFlaggedRowRecordsTheCancellation() {
        var me = process();
        var id = insert(request());
        var ref = claim(me, 1).get(0).ref();
        assertThat(cancel(id).result()).isEqualTo(CancelResult.CANCELLED);

        var recorded = complete(me, ref, "outcome");

        assertThat(recorded).singleElement().satisfies(row -> assertThat(row.cancelled())
                .isTrue());
        assertThat(store.outcomes(List.of(id)).get(id).outcome()).isEqualTo(Value.of(CANCELLED));
    }

    @Test
    void aRefusedOutcomeFailsAsRefused() {
        if (database(dataSource).equals("h2")) {
            return; // H2 stores any text
        }
        var me = process();
        insert(request());
        var ref = claim(me, 1).get(0).ref();

        assertThatThrownBy(() -> complete(me, ref, "nul \0 nul"))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.reason()).isEqualTo(StorageException.Reason.REFUSED));
    }

    // release

    @Test
    void releaseMakesTheRowPendingAndCountsNothing() {
        var me = process();
        var id = insert(request());
        var ref = claim(me, 1).get(0).ref();

        assertThat(release(me, ref, Duration.ZERO)).isEmpty();

        var claimed = claim(me, 1).get(0);
        assertThat(claimed.ref()).isEqualTo(new RequestRef(id, 2));
        assertThat(claimed.attempt()).isEqualTo(1);
        assertThat(claimed.recoveries()).isZero();
    }

    @Test
    void releaseWithADelayIsNotDueBefore() {
        var me = process();
        insert(request());
        release(me, claim(me, 1).get(0).ref(), Duration.ofSeconds(30));

        assertThat(claim(me, 1)).isEmpty();
    }

    @Test
    void releaseOfAnOldEpochChangesNothing() {
        var me = process();
        insert(request());
        var old = claim(me, 1).get(0).ref();
        release(me, old, Duration.ZERO);
        var current = claim(me, 1).get(0).ref();

        release(me, old, Duration.ZERO);

        assertThat(store.ownedBy(me)).containsExactly(current);
    }

    @Test
    void releaseOfAFlaggedRowCompletesIt() {
        var me = process();
        var first = insert(request());
        var second = insert(request());
        claim(me, 2);
        cancel(first);
        cancel(second);

        var one = release(me, new RequestRef(first, 1), Duration.ZERO);
        var all = transactions.inTransaction(tx -> store.releaseAll(tx, me));

        assertThat(one).extracting(CallbackJob::ref).containsExactly(new RequestRef(first, 1));
        assertThat(all).extracting(CallbackJob::ref).containsExactly(new RequestRef(second, 1));
        assertThat(state(first)).isEqualTo(RequestState.COMPLETED);
    }

    // cancel

    @Test
    void cancelOfAPendingRowCompletesItWithAJob() {
        var id = insert(request());

        var cancellation = cancel(id);

        assertThat(cancellation.result()).isEqualTo(CancelResult.CANCELLED);
        assertThat(cancellation.job()).map(CallbackJob::ref).contains(new RequestRef(id, 0));
        assertThat(state(id)).isEqualTo(RequestState.COMPLETED);
        assertThat(cancel(id).result()).isEqualTo(CancelResult.CANCELLED);
        assertThat(cancel(id).job()).isEmpty();
    }

    @Test
    void onlyWhatWasNeverClaimedIsCancelledAsUnsent() {
        var me = process();
        var claimed = insert(request());
        claim(me, 1);
        cancel(claimed);
        transactions.inTransaction(tx -> store.releaseAll(tx, me));
        var released = insert(request());
        release(me, claim(me, 1).get(0).ref(), Duration.ZERO);
        cancel(released);
        var sentAgain = insert(request());
        complete(me, claim(me, 1).get(0).ref(), "outcome");
        deadLetter(new RequestRef(sentAgain, 1));
        store.sendAgain(sentAgain);
        cancel(sentAgain);
        var never = insert(request());
        cancel(never);

        assertThat(outcome(never)).isEqualTo(CANCELLED_UNSENT);
        assertThat(List.of(outcome(claimed), outcome(released), outcome(sentAgain)))
                .containsOnly(CANCELLED);
    }

    @Test
    void cancelOfARowInFlightFlagsIt() {
        var me = process();
        var id = insert(request());
        claim(me, 1);

        assertThat(cancel(id).job()).isEmpty();

        assertThat(store.cancelRequested(me)).containsExactly(new RequestRef(id, 1));
        assertThat(cancel(id).result()).isEqualTo(CancelResult.CANCELLED);
    }

    @Test
    void cancelIsTooLateOnceThereIsAnOutcome() {
        var id = completed();

        assertThat(cancel(id).result()).isEqualTo(CancelResult.TOO_LATE);
        assertThat(cancel(UUID.randomUUID()).result()).isEqualTo(CancelResult.NOT_FOUND);
    }

    @Test
    void cancelDoesNotWaitForARunningCallback() throws Exception {
        var id = completed();
        transactions.inTransaction(callback -> {
            store.lockOutcome(callback, id);
            var other = Executors.newSingleThreadExecutor();
            try {
                return assertThat(other.submit(() -> cancel(id).result()).get(5, TimeUnit.SECONDS))
                        .isEqualTo(CancelResult.TOO_LATE);
            } finally {
                other.shutdownNow();
            }
        });
    }

    // processes

    @Test
    void anExpiredProcessIsReclaimedByAHealthyOne() {
        var dead = process();
        var id = insert(request());
        claim(dead, 1);
        var me = healthy();
        assertThat(reclaim(me)).as("alive").isEmpty();
        expire(dead);

        var reclaimed = reclaim(me);

        assertThat(reclaimed).hasValueSatisfying(r -> {
            assertThat(r.process()).isEqualTo(dead);
            assertThat(r.engineName()).isEqualTo("engine of " + dead);
            assertThat(r.pending()).isEqualTo(1);
            assertThat(r.completed()).isEmpty();
        });
        assertThat(store.find(id).orElseThrow().recoveries()).isEqualTo(1);
        assertThat(claim(me, 1)).hasSize(1);
        assertThat(store.beat(dead, HEARTBEAT, 0)).as("its row is gone").isFalse();
        assertThat(complete(dead, new RequestRef(id, 1), "late")).isEmpty();
    }

    @Test
    void theEngineOfAProcessThatGoesOnUnderAnotherIdIsNotTakenForDead() {
        var lost = process(UUID.randomUUID(), "shared");
        process(UUID.randomUUID(), "shared");
        expire(lost);

        assertThat(reclaim(healthy()).orElseThrow().engineName()).isNull();
    }

    @Test
    void registeringAgainAfterALostAnswerChangesNothing() {
        var me = process(UUID.randomUUID(), "engine");

        process(me, "engine");

        assertThat(store.processes()).hasSize(1);
    }

    @RepeatedTest(5)
    void anExpiredProcessIsReclaimedByExactlyOneProcess() throws Exception {
        var dead = process();
        insert(request());
        claim(dead, 1);
        var healthy = List.of(healthy(), healthy(), healthy(), healthy());
        expire(dead);

        var reclaims = race(healthy.stream()
                .<Callable<Boolean>>map(me -> () -> reclaim(me).isPresent())
                .toList());

        assertThat(reclaims).containsOnlyOnce(true);
    }

    @Test
    void aProcessThatIsNotHealthyYetReclaimsNobody() {
        var dead = process();
        expire(dead);

        assertThat(reclaim(process())).as("new").isEmpty();

        var late = healthy();
        age(late, "last_seen_at", HEARTBEAT.multipliedBy(3));
        assertThat(reclaim(late)).as("has not beaten").isEmpty();
        assertThat(store.beat(late, HEARTBEAT, 0)).isTrue();
        assertThat(reclaim(late)).as("beats again, healthy since now only").isEmpty();
    }

    @Test
    void anExpiredProcessThatIsNotReclaimedMayStillComplete() {
        var me = process();
        insert(request());
        var ref = claim(me, 1).get(0).ref();
        expire(me);

        assertThat(complete(me, ref, "outcome")).hasSize(1);
        assertThat(store.beat(me, HEARTBEAT, 0)).isTrue();
    }

    @Test
    void reclaimGivesUpARowThatWasRecoveredMoreOftenThanAllowedIfItWasAlone() {
        var id = insert(request());
        die(4, List.of(id));
        var dead = process();
        claim(dead, 1, ALL_SUSPECTS);
        expire(dead);

        var reclaimed = reclaim(healthy()).orElseThrow();

        assertThat(reclaimed.pending()).isZero();
        assertThat(reclaimed.completed()).hasSize(1);
        assertThat(store.outcomes(List.of(id)).get(id).outcome()).isEqualTo(Value.of(EXHAUSTED));
    }

    @Test
    void reclaimGivesUpNoRowThatWasRecoveredAsOftenAsAllowed() {
        var id = insert(request());

        die(4, List.of(id));

        assertThat(store.find(id).orElseThrow().recoveries()).isEqualTo(4);
        assertThat(store.find(id).orElseThrow().state()).isEqualTo(RequestState.PENDING);
    }

    @Test
    void reclaimGivesUpNoRowThatWasNotAlone() {
        var id = insert(request());
        die(4, List.of(id));
        var dead = process();
        insert(request());
        claim(dead, 1);
        claim(dead, 1, ALL_SUSPECTS);
        expire(dead);

        assertThat(reclaim(healthy()).orElseThrow().pending()).isEqualTo(2);
        assertThat(store.find(id).orElseThrow().recoveries()).isEqualTo(5);
    }

    @Test
    void reclaimCompletesAFlaggedRow() {
        var id = insert(request());
        var dead = process();
        claim(dead, 1);
        cancel(id);
        expire(dead);

        assertThat(reclaim(healthy()).orElseThrow().completed()).hasSize(1);
        assertThat(store.outcomes(List.of(id)).get(id).outcome()).isEqualTo(Value.of(CANCELLED));
    }

    @Test
    void aProcessCannotBeReclaimedWhileItClaims() throws Exception {
        if (database(dataSource).equals("h2")) {
            return; // one process
        }
        var dead = process();
        var me = healthy();
        expire(dead);
        try (var claiming = dataSource.getConnection()) {
            claiming.setAutoCommit(false);
            try (var lock =
                    claiming.prepareStatement("SELECT 1 FROM patient_http_processes WHERE id = ? FOR KEY SHARE")) {
                lock.setObject(1, dead);
                lock.executeQuery();
            }

            assertThat(reclaim(me)).isEmpty();
            assertThat(store.beat(dead, HEARTBEAT, 0))
                    .as("a heartbeat does not wait for the claim")
                    .isTrue();
            claiming.rollback();
        }
    }

    @Test
    void rowsOfAnUnregisteredOwnerAreReclaimed() {
        var gone = process();
        var mine = process();
        var id = insert(request());
        claim(gone, 1);
        insert(request());
        claim(mine, 1);
        store.deregister(gone);

        var reclaimed = transactions.inTransaction(tx -> store.reclaimUnowned(tx, 3));

        assertThat(reclaimed.pending()).isEqualTo(1);
        assertThat(state(id)).isEqualTo(RequestState.PENDING);
        assertThat(store.ownedBy(mine)).hasSize(1);
    }

    @Test
    void processesAreListed() {
        var me = process();

        assertThat(store.beat(me, HEARTBEAT, 7)).isTrue();

        assertThat(store.processes()).singleElement().satisfies(p -> {
            assertThat(p.id()).isEqualTo(me);
            assertThat(p.inFlight()).isEqualTo(7);
            assertThat(p.lease()).isEqualTo(LEASE);
        });
    }

    // delivery

    @Test
    void removeNeedsTheEpochAndTheState() {
        var id = completed();

        assertThat(remove(new RequestRef(id, 2))).isZero();
        assertThat(remove(new RequestRef(id, 1))).isEqualTo(1);
        assertThat(store.find(id)).isEmpty();
    }

    @Test
    void deadLetterNeedsTheEpochAndTheState() {
        var id = completed();

        assertThat(deadLetter(new RequestRef(id, 2))).isFalse();
        assertThat(deadLetter(new RequestRef(id, 1))).isTrue();
        assertThat(deadLetter(new RequestRef(id, 1))).isFalse();
        assertThat(state(id)).isEqualTo(RequestState.DEAD);
        assertThat(store.find(id).orElseThrow().lastError()).contains("boom");
        assertThat(remove(new RequestRef(id, 1))).as("nothing of it is removed").isZero();
    }

    @Test
    void lockOutcomeWaitsForTheLock() throws Exception {
        var id = completed();
        var waiter = Executors.newSingleThreadExecutor();
        try {
            var second = transactions.inTransaction(first -> {
                store.lockOutcome(first, id);
                var waiting = waiter.submit(() -> transactions.inTransaction(tx -> store.lockOutcome(tx, id)));
                store.remove(first, List.of(new RequestRef(id, 1)));
                return waiting;
            });
            assertThat(second.get(10, TimeUnit.SECONDS)).isEmpty();
        } finally {
            waiter.shutdownNow();
        }
    }

    @Test
    void completedRowsAreFoundByAgeInPages() {
        var ids = Set.of(completed(), completed(), completed());
        assertThat(store.completedBefore(Duration.ofMinutes(1), null, 10)).isEmpty();

        var found = new ArrayList<UUID>();
        var page = store.completedBefore(Duration.ofMillis(-1000), null, 2);
        while (!page.isEmpty()) {
            page.forEach(row -> found.add(row.ref().id()));
            page = store.completedBefore(Duration.ofMillis(-1000), page.get(page.size() - 1), 2);
        }

        assertThat(found).containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void renewMovesToANewEpochOnce() {
        var id = completed();

        assertThat(renew(new RequestRef(id, 1))).isEqualTo(1);
        assertThat(renew(new RequestRef(id, 1))).isZero();
        assertThat(remove(new RequestRef(id, 2))).isEqualTo(1);
    }

    // operations

    @Test
    void deliverAgainKeepsTheOutcomeInANewEpoch() {
        var id = completed();
        assertThat(deliverAgain(id)).isEmpty();
        deadLetter(new RequestRef(id, 1));

        var job = deliverAgain(id);

        assertThat(job).map(CallbackJob::ref).contains(new RequestRef(id, 2));
        assertThat(store.outcomes(List.of(id)).get(id).outcome()).isEqualTo(Value.of("outcome"));
        assertThat(store.find(id).orElseThrow().lastError()).isEmpty();
    }

    @Test
    void sendAgainForgetsTheOutcomeAndTheCancellation() {
        var me = process();
        var id = insert(request());
        cancel(id);
        deadLetter(new RequestRef(id, 0));

        assertThat(store.sendAgain(id)).isTrue();
        assertThat(store.sendAgain(id)).isFalse();

        var claimed = claim(me, 1).get(0);
        assertThat(claimed.ref()).isEqualTo(new RequestRef(id, 2));
        assertThat(complete(me, claimed.ref(), "second")).hasSize(1);
        assertThat(store.outcomes(List.of(id)).get(id).outcome()).isEqualTo(Value.of("second"));
    }

    @Test
    void onlyADeadRowIsDeleted() {
        var id = completed();

        assertThat(store.deleteDead(id)).isFalse();
        deadLetter(new RequestRef(id, 1));
        assertThat(store.deleteDead(id)).isTrue();
        assertThat(store.find(id)).isEmpty();
    }

    @Test
    void countsHaveEveryState() {
        completed();
        insert(request());

        assertThat(store.counts())
                .containsEntry(RequestState.PENDING, 1L)
                .containsEntry(RequestState.IN_FLIGHT, 0L)
                .containsEntry(RequestState.COMPLETED, 1L)
                .containsEntry(RequestState.DEAD, 0L);
    }

    // insert

    @Test
    void rollbackLeavesNoRequestAndCommitAllOfABatch() {
        var rows = new ArrayList<NewRequest>();
        for (int i = 0; i < 100; i++) {
            rows.add(request().build());
        }

        assertThatThrownBy(() -> transactions.inTransaction(tx -> {
                    store.insert(tx, rows);
                    throw new IllegalStateException("rollback");
                }))
                .hasMessage("rollback");
        assertThat(store.counts()).containsEntry(RequestState.PENDING, 0L);

        transactions.inTransaction(tx -> {
            store.insert(tx, rows);
            return true;
        });
        assertThat(store.counts()).containsEntry(RequestState.PENDING, 100L);
    }

    // helpers

    private UUID completed() {
        var me = process();
        var id = insert(request().priority(0));
        var ref = claim(me, 1).get(0).ref();
        assertThat(ref.id()).isEqualTo(id);
        complete(me, ref, "outcome");
        return id;
    }

    /** Lets these rows die with as many processes; others stay pending. */
    private void die(int times, List<UUID> ids) {
        for (int i = 0; i < times; i++) {
            var dead = process();
            for (var id : ids) {
                update(
                        "UPDATE patient_http_requests SET state = 'IN_FLIGHT', owner = ?, epoch = epoch + 1 WHERE id = ?",
                        dead,
                        id);
            }
            expire(dead);
            assertThat(reclaim(healthy()).orElseThrow().pending()).isEqualTo(ids.size());
        }
    }

    UUID process() {
        var id = UUID.randomUUID();
        return process(id, "engine of " + id);
    }

    private UUID process(UUID id, String engineName) {
        store.register(new ProcessRow(id, "host", 1, "test", LEASE, engineName, 10, 0, null, null));
        return id;
    }

    private UUID healthy() {
        var id = process();
        age(id, "healthy_since", HEARTBEAT.multipliedBy(3));
        return id;
    }

    private void expire(UUID process) {
        age(process, "last_seen_at", LEASE.plusSeconds(1));
    }

    private void age(UUID process, String column, Duration age) {
        update(
                "UPDATE patient_http_processes SET " + column + " = " + column + " - " + age.toSeconds()
                        + " * INTERVAL '1' SECOND WHERE id = ?",
                process);
    }

    private void update(String sql, UUID... ids) {
        try (var connection = dataSource.getConnection();
                var update = connection.prepareStatement(sql)) {
            for (int i = 0; i < ids.length; i++) {
                update.setObject(i + 1, ids[i]);
            }
            assertThat(update.executeUpdate()).isEqualTo(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<ClaimedRequest> claim(UUID owner, int limit) {
        return claim(owner, limit, NO_SUSPECTS);
    }

    private List<ClaimedRequest> claim(UUID owner, int limit, Suspects suspects) {
        return store.claim(new ClaimOrder(owner, limit, Map.of(), suspects));
    }

    private List<Recorded> complete(UUID owner, RequestRef ref, String outcome) {
        return transactions.inTransaction(
                tx -> store.complete(tx, owner, List.of(new Completion(ref, 1, Value.of(outcome)))));
    }

    private List<CallbackJob> release(UUID owner, RequestRef ref, Duration delay) {
        return transactions.inTransaction(tx -> store.release(tx, owner, List.of(ref), delay));
    }

    private RequestStore.Cancellation cancel(UUID id) {
        return transactions.inTransaction(tx -> store.cancel(tx, id));
    }

    private Optional<RequestStore.Reclaimed> reclaim(UUID self) {
        return transactions.inTransaction(tx -> store.reclaimExpired(tx, self, HEARTBEAT, 3));
    }

    private Optional<CallbackJob> deliverAgain(UUID id) {
        return transactions.inTransaction(tx -> store.deliverAgain(tx, id));
    }

    private int remove(RequestRef ref) {
        return transactions.inTransaction(tx -> store.remove(tx, List.of(ref)));
    }

    private int renew(RequestRef ref) {
        return transactions.inTransaction(tx -> store.renew(tx, ref).isPresent() ? 1 : 0);
    }

    private boolean deadLetter(RequestRef ref) {
        return transactions.inTransaction(tx -> store.deadLetter(tx, ref, "boom"));
    }

    private String outcome(UUID id) {
        return store.outcomes(List.of(id)).get(id).outcome().text();
    }

    private RequestState state(UUID id) {
        return store.find(id).orElseThrow().state();
    }

    UUID insert(RowBuilder row) {
        var request = row.build();
        return transactions.inTransaction(tx -> {
            store.insert(tx, List.of(request));
            return request.id();
        });
    }

    static List<UUID> ids(List<ClaimedRequest> rows) {
        return rows.stream().map(row -> row.ref().id()).toList();
    }

    private static String database(DataSource dataSource) {
        return JdbcTransactions.of(dataSource).dialect().name();
    }

    private static <T> List<T> race(List<Callable<T>> racers) throws Exception {
        var threads = Executors.newFixedThreadPool(racers.size());
        try {
            var barrier = new CyclicBarrier(racers.size());
            var futures = racers.stream()
                    .map(racer -> threads.submit(() -> {
                        barrier.await(10, TimeUnit.SECONDS);
                        return racer.call();
                    }))
                    .toList();
            var results = new ArrayList<T>();
            for (var future : futures) {
                results.add(future.get(30, TimeUnit.SECONDS));
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    static RowBuilder request() {
        return new RowBuilder();
    }

    /** A row with defaults. */
    static final class RowBuilder {

        private int priority = 1;
        private Duration delay = Duration.ZERO;
        private Duration expiresAfter;
        private String key = "localhost";
        private String args;
        private String trace;

        RowBuilder priority(int priority) {
            this.priority = priority;
            return this;
        }

        RowBuilder delay(Duration delay) {
            this.delay = delay;
            return this;
        }

        RowBuilder expiresAfter(Duration expiresAfter) {
            this.expiresAfter = expiresAfter;
            return this;
        }

        RowBuilder key(String key) {
            this.key = key;
            return this;
        }

        RowBuilder trace(String trace) {
            this.trace = trace;
            return this;
        }

        RowBuilder args(String args) {
            this.args = args;
            return this;
        }

        NewRequest build() {
            return new NewRequest(
                    UuidCreator.getTimeOrderedEpoch(),
                    priority,
                    delay,
                    expiresAfter,
                    key,
                    "callback",
                    "GET",
                    "localhost",
                    1,
                    args,
                    Value.of("{}"),
                    trace);
        }
    }
}
