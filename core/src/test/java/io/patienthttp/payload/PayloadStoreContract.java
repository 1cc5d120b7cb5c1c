package io.patienthttp.payload;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patienthttp.StorageException;
import io.patienthttp.spi.PayloadStore;
import io.patienthttp.spi.PayloadStore.StoredPayload;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link PayloadStore} must do. Extend it to test one of your own; it runs on JUnit, AssertJ and Awaitility,
 * which are yours to bring.
 */
public abstract class PayloadStoreContract {

    private static final int LARGE = 16 * 1024 * 1024;
    private static final String PREFIX = UUID.randomUUID() + "/";
    private static final String CANARY = "canary-of-the-payload";

    private PayloadStore store;

    /** The store, with nothing in it below a prefix that was never used; the same place each time in one test. */
    protected abstract PayloadStore open();

    /** A store whose place cannot be reached or does not exist. */
    protected abstract PayloadStore broken();

    @BeforeEach
    void openStore() {
        store = open();
    }

    @Test
    void whatIsStoredComesBackAsItWas() {
        for (int size : List.of(0, 1, 255, 100_000)) {
            var payload = bytes(size);
            var key = key();
            var before = payload.clone();

            store.store(key, payload);

            assertThat(payload).isEqualTo(before);
            Arrays.fill(payload, (byte) 7);
            assertThat(store.fetch(key).orElseThrow()).hasSize(size).isEqualTo(before);
        }
    }

    @Test
    void sixteenMebibytesComeBackAsTheyWere() {
        var payload = bytes(LARGE);
        var key = key();

        store.store(key, payload);

        assertThat(Arrays.equals(store.fetch(key).orElseThrow(), payload)).isTrue();
    }

    @Test
    void eachFetchIsAnArrayOfItsOwn() {
        var key = key();
        store.store(key, new byte[] {1, 2, 3});

        Arrays.fill(store.fetch(key).orElseThrow(), (byte) 0);

        assertThat(store.fetch(key).orElseThrow()).containsExactly(1, 2, 3);
    }

    @Test
    void whatIsStoredIsThereForAnotherProcess() {
        var key = key();

        store.store(key, new byte[] {1, 2, 3});

        var other = open();
        assertThat(other.fetch(key).orElseThrow()).containsExactly(1, 2, 3);
        assertThat(keys(listAll(other, PREFIX))).contains(key);
        assertThat(other.name()).isEqualTo(store.name()).matches("[a-z0-9-]{1,30}");
    }

    @Test
    void aMissingPayloadIsEmpty() {
        assertThat(store.fetch(key())).isEmpty();
    }

    @Test
    void deletingRemovesItAndMayBeRepeated() {
        var key = key();
        var other = key();
        store.store(key, new byte[] {1});
        store.store(other, new byte[] {2});

        store.delete(key);
        store.delete(key);
        store.delete(key());

        assertThat(store.fetch(key)).isEmpty();
        assertThat(keys(listAll(store, PREFIX))).doesNotContain(key).contains(other);
        assertThat(store.fetch(other)).isPresent();
    }

    @Test
    void manyAreDeletedAtOnce() {
        var keys = Stream.generate(PayloadStoreContract::key).limit(20).toList();
        var other = key();
        keys.forEach(key -> store.store(key, new byte[] {1}));
        store.store(other, new byte[] {2});
        store.delete(keys.get(0));

        store.deleteAll(keys);
        store.deleteAll(keys);
        store.deleteAll(List.of());

        assertThat(keys(listAll(store, PREFIX)))
                .doesNotContainAnyElementsOf(keys)
                .contains(other);
        assertThat(keys).allSatisfy(key -> assertThat(store.fetch(key)).isEmpty());
    }

    @Test
    void onlyKeysBelowThePrefixAreListed() {
        var mine = "own-" + UUID.randomUUID();
        var key = mine + "/" + UUID.randomUUID();
        var keys = List.of(key, mine + "x/" + UUID.randomUUID(), "x" + mine + "/" + UUID.randomUUID(), mine);
        keys.forEach(stored -> store.store(stored, new byte[] {1}));

        assertThat(keys(listAll(store, mine + "/"))).containsExactly(key);
        assertThat(store.list(UUID.randomUUID() + "/", null).payloads()).isEmpty();
    }

    @Test
    void allPagesTogetherListEverything() throws Exception {
        var prefix = UUID.randomUUID() + "/";
        var keys = IntStream.range(0, 2_100)
                .mapToObj(i -> prefix + UUID.randomUUID())
                .toList();
        atOnce(8, thread -> {
            for (int i = thread; i < keys.size(); i += 8) {
                store.store(keys.get(i), new byte[] {1});
            }
            return null;
        });

        assertThat(new HashSet<>(keys(listAll(store, prefix)))).isEqualTo(new HashSet<>(keys));
    }

    @Test
    void deletingWhileListingLeavesNothingOut() throws Exception {
        var prefix = UUID.randomUUID() + "/";
        atOnce(8, thread -> {
            for (int i = 0; i < 150; i++) {
                store.store(prefix + UUID.randomUUID(), new byte[] {1});
            }
            return null;
        });

        String cursor = null;
        do {
            var page = store.list(prefix, cursor);
            page.payloads().forEach(payload -> store.delete(payload.key()));
            cursor = page.next();
        } while (cursor != null);

        assertThat(listAll(store, prefix)).isEmpty();
    }

    @Test
    void agesAreThoseSinceTheWrite() {
        var key = key();
        store.store(key, new byte[] {1});
        var first = age(key);

        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> age(key).compareTo(first) > 0);

        assertThat(first).isBetween(Duration.ZERO, Duration.ofSeconds(10));
        assertThat(age(key)).isLessThan(Duration.ofMinutes(1));
    }

    @Test
    void threadsDoNotDisturbEachOther() throws Exception {
        var shared = key();
        store.store(shared, bytes(1000));

        atOnce(8, thread -> {
            for (int i = 0; i < 25; i++) {
                var key = key();
                var payload = bytes(10_000 + thread);
                store.store(key, payload);
                assertThat(store.fetch(key).orElseThrow()).isEqualTo(payload);
                assertThat(store.fetch(shared)).isPresent();
                store.delete(key);
                assertThat(store.fetch(key)).isEmpty();
            }
            return null;
        });
    }

    @Test
    void oneIsDeletedByManyAtOnce() throws Exception {
        for (int i = 0; i < 10; i++) {
            var key = key();
            store.store(key, new byte[] {1});

            atOnce(8, thread -> {
                store.delete(key);
                return null;
            });

            assertThat(store.fetch(key)).isEmpty();
        }
    }

    @Test
    void aReaderSeesAllOfAPayloadOrNothing() throws Exception {
        var payload = bytes(LARGE / 4);
        for (int i = 0; i < 3; i++) {
            var key = key();
            var stored = new AtomicBoolean();

            var seen = atOnce(3, thread -> {
                if (thread == 0) {
                    store.store(key, payload);
                    stored.set(true);
                    return store.fetch(key);
                }
                Optional<byte[]> found;
                boolean last;
                do {
                    last = stored.get();
                    found = store.fetch(key);
                } while (found.isEmpty() && !last);
                return found;
            });

            assertThat(seen).allMatch(found -> Arrays.equals(found.orElseThrow(), payload));
        }
    }

    @Test
    void aStoreThatFailsSaysSoWithoutThePayload() {
        var payload = CANARY.repeat(10).getBytes(StandardCharsets.UTF_8);

        var broken = broken();

        assertThatThrownBy(() -> broken.store(key(), payload))
                .isInstanceOf(StorageException.class)
                .satisfies(PayloadStoreContract::showsNoPayload);
        assertThatThrownBy(() -> broken.fetch(key())).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> broken.delete(key())).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> broken.deleteAll(List.of(key()))).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> broken.list(PREFIX, null)).isInstanceOf(StorageException.class);
    }

    private static void showsNoPayload(Throwable thrown) {
        for (var cause = thrown; cause != null; cause = cause.getCause()) {
            assertThat(String.valueOf(cause)).doesNotContain(CANARY);
        }
    }

    /** A key that was never used. */
    protected static String key() {
        return PREFIX + UUID.randomUUID() + "/" + UUID.randomUUID();
    }

    private static byte[] bytes(int size) {
        var bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private Duration age(String key) {
        return listAll(store, PREFIX).stream()
                .filter(payload -> payload.key().equals(key))
                .map(StoredPayload::age)
                .findFirst()
                .orElseThrow();
    }

    private static List<String> keys(List<StoredPayload> payloads) {
        return payloads.stream().map(StoredPayload::key).toList();
    }

    /** All pages, of which there is an end. */
    protected static List<StoredPayload> listAll(PayloadStore store, String prefix) {
        var payloads = new ArrayList<StoredPayload>();
        String cursor = null;
        for (int pages = 0; pages < 10_000; pages++) {
            var page = store.list(prefix, cursor);
            payloads.addAll(page.payloads());
            cursor = page.next();
            if (cursor == null) {
                return payloads;
            }
        }
        throw new AssertionError("the listing has no end");
    }

    private static <T> List<T> atOnce(int threads, Numbered<T> work) throws Exception {
        var executor = Executors.newFixedThreadPool(threads);
        try {
            var barrier = new CyclicBarrier(threads);
            var results = new ArrayList<Future<T>>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                results.add(executor.submit((Callable<T>) () -> {
                    barrier.await(10, SECONDS);
                    return work.run(thread);
                }));
            }
            var values = new ArrayList<T>();
            for (var result : results) {
                values.add(result.get(120, SECONDS));
            }
            return values;
        } finally {
            executor.shutdownNow();
        }
    }

    /** What each thread does. */
    @FunctionalInterface
    private interface Numbered<T> {

        T run(int thread) throws Exception;
    }
}
