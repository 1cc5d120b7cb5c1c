package io.patienthttp.internal.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.f4b6a3.uuid.UuidCreator;
import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.RequestState;
import io.patienthttp.Response;
import io.patienthttp.StorageException;
import io.patienthttp.fixture.Databases;
import io.patienthttp.fixture.HookedPayloadStore;
import io.patienthttp.internal.claim.ClaimedTask;
import io.patienthttp.internal.observe.Events;
import io.patienthttp.internal.wire.Envelope;
import io.patienthttp.internal.wire.FixedOutcomes;
import io.patienthttp.internal.wire.MemoryGate;
import io.patienthttp.internal.wire.PayloadStores;
import io.patienthttp.internal.wire.PayloadThreads;
import io.patienthttp.internal.wire.RequestCodec;
import io.patienthttp.internal.wire.RowReader;
import io.patienthttp.jdbc.JdbcRequestStore;
import io.patienthttp.jdbc.JdbcTransactions;
import io.patienthttp.jdbc.Schema;
import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.CallbackRun;
import io.patienthttp.spi.CallbackRunner;
import io.patienthttp.spi.PayloadCipher;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore.ClaimOrder;
import io.patienthttp.spi.RequestStore.NewRequest;
import io.patienthttp.spi.RequestStore.ProcessRow;
import io.patienthttp.spi.RequestStore.StoredOutcome;
import io.patienthttp.spi.RequestStore.Suspects;
import io.patienthttp.spi.RequestStore.Value;
import io.patienthttp.spi.Transaction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of an outcome while its payload store, its cipher or the database is away; time is simulated. */
class OffloadTest {

    private static final Duration GRACE = Duration.ofHours(24);

    @TempDir
    Path directory;

    private final HikariDataSource database = Databases.h2();
    private final JdbcTransactions transactions = JdbcTransactions.of(database);
    private final JdbcRequestStore rows = new JdbcRequestStore(
            transactions,
            "patient_http_",
            FixedOutcomes.CANCELLED,
            FixedOutcomes.CANCELLED_UNSENT,
            FixedOutcomes.EXHAUSTED);
    private final UUID me = UUID.randomUUID();
    private final Time time = new Time();
    private HookedPayloadStore store;
    private GroupCommit commits;

    @BeforeEach
    void create() {
        new Schema(transactions, "patient_http_").create();
        rows.register(new ProcessRow(me, "host", 1, "1", Duration.ofSeconds(60), null, 10, 0, null, null));
        store = new HookedPayloadStore(directory);
        var announcer = new Announcer(rows, new RowReader(Envelope.plain()), Events.queued());
        commits = new GroupCommit(rows, transactions, new NoQueue(), announcer, 1 << 20, time);
        commits.open();
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void aLargeOutcomeIsInItsStoreBeforeItsRowRefersToIt() throws Exception {
        var task = claimed();

        var written = recorder(null, 10).completed(task, response(task)).toCompletableFuture();

        assertThat(keys()).hasSize(1);
        assertThat(written).isNotDone();
        assertThat(commits.unwritten()).isEqualTo(1);
        write();
        assertThat(written).isCompleted();
        assertThat(outcome(task).outcome().reference()).isEqualTo("hooked:" + keys().get(0));
        assertThat(commits.fresh().take(task.ref()))
                .as("it must be fetched anyway")
                .isEmpty();
    }

    @Test
    void aSmallOutcomeIsInItsRow() throws Exception {
        var task = claimed();

        recorder(null, 100_000).completed(task, response(task));
        write();

        assertThat(outcome(task).outcome().text()).startsWith("{");
        assertThat(outcome(task).format()).isEqualTo(1);
        assertThat(keys()).isEmpty();
        assertThat(commits.fresh().take(task.ref())).isPresent();
    }

    @Test
    void whileTheStoreIsAwayTheOutcomeCountsAsUnwritten_AndIsStoredLater() throws Exception {
        var task = claimed();
        store.beforeStore = OffloadTest::fail;

        recorder(null, 10).completed(task, response(task));

        assertThat(commits.unwritten()).isEqualTo(1);
        time.pass(Duration.ofSeconds(10));
        store.beforeStore = () -> {};
        time.pass(Duration.ofSeconds(1));
        write();
        assertThat(outcome(task).outcome().reference()).startsWith("hooked:");
        assertThat(commits.unwritten()).isZero();
    }

    @Test
    void whatTheStoreDoesNotTakeForHalfAMinuteGoesIntoItsRow() throws Exception {
        var task = claimed();
        store.beforeStore = OffloadTest::fail;
        recorder(null, 10).completed(task, response(task));

        time.pass(Duration.ofSeconds(29));
        assertThat(time.later).as("the next try, and the end of patience").hasSize(2);
        time.pass(Duration.ofSeconds(2));
        write();

        assertThat(outcome(task).outcome().reference()).isNull();
        assertThat(outcome(task).outcome().text()).contains("answer");
    }

    @Test
    void whatTheStoreNeitherTakesNorRefusesForHalfAMinuteGoesIntoItsRow() throws Exception {
        var task = claimed();
        var hangs = new CountDownLatch(1);
        var storing = new CountDownLatch(1);
        store.beforeStore = () -> {
            storing.countDown();
            awaitQuietly(hangs);
        };
        recorder(null, 10, new PayloadThreads(action -> new Thread(action).start()))
                .completed(task, response(task));
        awaitQuietly(storing);

        time.pass(Duration.ofSeconds(30));
        commits.take(Duration.ofSeconds(10));
        assertThat(commits.write()).isZero();

        assertThat(outcome(task).outcome().text()).contains("answer");
        assertThat(commits.unwritten()).isZero();
        hangs.countDown();
        await().atMost(Duration.ofSeconds(10)).until(() -> keys().size() == 1); // in vain, for the sweep
        commits.take(Duration.ZERO);
        assertThat(commits.hasInHand()).isFalse();
    }

    @Test
    void anOutcomeForWhichThereIsNoMemoryIsWrittenLater() throws Exception {
        var task = claimed();
        var tries = new AtomicInteger();
        var cipher = new PayloadCipher() {
            @Override
            public byte[] seal(byte[] value, byte[] associatedData) {
                if (tries.incrementAndGet() < 3) {
                    throw new OutOfMemoryError("as in a test");
                }
                return new byte[] {1, 2, 3};
            }

            @Override
            public byte[] open(byte[] sealed, byte[] associatedData) {
                throw new AssertionError();
            }
        };
        recorder(cipher, 100_000).completed(task, response(task));

        time.pass(Duration.ofSeconds(2));
        write();

        assertThat(outcome(task).outcome().text()).startsWith("sealed:");
    }

    @Test
    void largeOutcomesAreWrittenOneAfterTheOther() throws Exception {
        var first = claimed();
        var second = claimed();
        var recorder = recorder(null, 10_000_000);

        recorder.completed(first, response(first, new byte[1 << 20]));
        recorder.completed(second, response(second, new byte[1 << 20]));
        write();

        assertThat(outcome(first).state()).isEqualTo(RequestState.COMPLETED);
        assertThat(outcome(second).state()).isEqualTo(RequestState.IN_FLIGHT);
        assertThat(commits.unwritten()).isEqualTo(1);
        write();
        assertThat(outcome(second).state()).isEqualTo(RequestState.COMPLETED);
    }

    @Test
    void anOutcomeIsNeverStoredInClearBecauseItsCipherIsAway() throws Exception {
        var task = claimed();
        var away = new boolean[] {true};
        var cipher = new PayloadCipher() {
            @Override
            public byte[] seal(byte[] value, byte[] associatedData) {
                if (away[0]) {
                    fail();
                }
                return new byte[] {1, 2, 3};
            }

            @Override
            public byte[] open(byte[] sealed, byte[] associatedData) {
                throw new AssertionError();
            }
        };
        recorder(cipher, 100_000).completed(task, response(task));

        time.pass(Duration.ofHours(1));
        assertThat(commits.unwritten()).isEqualTo(1);
        away[0] = false;
        time.pass(Duration.ofSeconds(1));
        write();

        assertThat(outcome(task).outcome().text()).startsWith("sealed:");
        assertThat(outcome(task).format()).isEqualTo(2);
    }

    @Test
    void whatCannotBeSealedAtAllIsUnstorable() throws Exception {
        var task = claimed();
        var cipher = new PayloadCipher() {
            @Override
            public byte[] seal(byte[] value, byte[] associatedData) {
                throw new IllegalStateException("a bug of the application");
            }

            @Override
            public byte[] open(byte[] sealed, byte[] associatedData) {
                throw new AssertionError();
            }
        };

        recorder(cipher, 100_000).completed(task, response(task));
        write();

        assertThat(outcome(task).outcome().text()).isEqualTo(FixedOutcomes.UNSTORABLE);
    }

    @Test
    void anOutcomeThatWaitedForHalfOfTheGraceTimeGoesIntoItsRow() throws Exception {
        var task = claimed();
        recorder(null, 10).completed(task, response(task));
        assertThat(keys()).hasSize(1);

        time.pass(GRACE.dividedBy(2)); // in which the database is away
        write();

        assertThat(outcome(task).outcome().reference()).isNull();
        assertThat(outcome(task).outcome().text()).contains("answer");
    }

    @Test
    void anOutcomeThatWaitedForLessKeepsItsPayload() throws Exception {
        var task = claimed();
        recorder(null, 10).completed(task, response(task));

        time.pass(GRACE.dividedBy(2).minusSeconds(1));
        write();

        assertThat(outcome(task).outcome().reference()).startsWith("hooked:");
    }

    private Recorder recorder(@Nullable PayloadCipher cipher, int threshold) {
        return recorder(cipher, threshold, new PayloadThreads(Runnable::run));
    }

    private Recorder recorder(@Nullable PayloadCipher cipher, int threshold, PayloadThreads threads) {
        var envelope = new Envelope(
                cipher, false, new PayloadStores(List.of(store)), rows::installation, threshold, FixedOutcomes.ALL);
        return new Recorder(
                commits, new Recorder.Payloads(envelope, threads, new MemoryGate(1), GRACE), Duration.ofHours(1));
    }

    private ClaimedTask claimed() throws Exception {
        var id = UuidCreator.getTimeOrderedEpoch();
        var json = Value.of("{\"method\":\"GET\",\"url\":\"http://127.0.0.1/\",\"headers\":{}}");
        var row = new NewRequest(
                id,
                1,
                Duration.ZERO,
                null,
                "key",
                "callback",
                "GET",
                "127.0.0.1",
                RequestCodec.FORMAT,
                null,
                json,
                null);
        transactions.inTransaction(tx -> {
            rows.insert(tx, List.of(row));
            return id;
        });
        var claimed = rows.claim(new ClaimOrder(me, 1, Map.of(), new Suspects(3, 0, 0, 0)))
                .get(0);
        return new ClaimedTask(me, claimed, new RowReader(Envelope.plain()).request(id, claimed.stored()));
    }

    private static Response response(ClaimedTask task) {
        return response(task, "the answer".getBytes(StandardCharsets.UTF_8));
    }

    private static Response response(ClaimedTask task, byte[] body) {
        return Response.builder(task.details(), 200).body(body).build();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write() throws InterruptedException {
        commits.take(Duration.ZERO);
        assertThat(commits.write()).isZero();
    }

    private StoredOutcome outcome(ClaimedTask task) {
        return rows.outcomes(List.of(task.ref().id())).get(task.ref().id());
    }

    private List<String> keys() {
        return store.keys(rows.installation());
    }

    private static void fail() {
        throw StorageException.unavailable("use the store", new IOException("refused"));
    }

    /** Passes when it is told to. */
    private static final class Time implements Waits {

        private record Timer(long due, Runnable action) {}

        private final Queue<Timer> later = new PriorityQueue<>(Comparator.comparingLong(Timer::due));
        private long now;

        @Override
        public long nanoTime() {
            return now;
        }

        void pass(Duration duration) {
            long end = now + duration.toNanos();
            for (var next = later.peek(); next != null && next.due <= end; next = later.peek()) {
                now = later.remove().due;
                next.action.run();
            }
            now = end;
        }

        @Override
        public void await(Future<?> written) {
            throw new AssertionError();
        }

        @Override
        public void later(Duration delay, Runnable action) {
            later.add(new Timer(now + delay.toNanos(), action));
        }
    }

    /** An engine that nobody runs. */
    private static final class NoQueue implements CallbackQueue {

        @Override
        public boolean transactional() {
            return true;
        }

        @Override
        public Optional<String> engineName() {
            return Optional.empty();
        }

        @Override
        public void start(CallbackRunner runner) {}

        @Override
        public void stop(Duration timeout) {}

        @Override
        public void enqueue(Transaction transaction, Collection<CallbackJob> jobs) {}

        @Override
        public void wake() {}

        @Override
        public Set<RequestRef> remove(Transaction transaction, Collection<CallbackRun> runs) {
            return Set.of();
        }

        @Override
        public Map<RequestRef, JobState> states(Transaction transaction, Collection<RequestRef> refs) {
            return Map.of();
        }

        @Override
        public int free(Transaction transaction, String engineName) {
            return 0;
        }
    }
}
