package io.patienthttp.internal.recover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patienthttp.StorageException;
import io.patienthttp.internal.wire.PayloadKey;
import io.patienthttp.internal.wire.PayloadStores;
import io.patienthttp.payload.FilePayloadStore;
import io.patienthttp.spi.PayloadStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PayloadSweeperTest {

    private static final UUID INSTALLATION = UUID.randomUUID();
    private static final Duration GRACE = Duration.ofHours(6);
    private static final Duration OLD = GRACE.plusMinutes(1);

    @TempDir
    private Path directory;

    private final Set<String> referred = new HashSet<>();
    private final Set<UUID> asked = new HashSet<>();
    private FilePayloadStore files;
    private PayloadSweeper sweeper;

    @BeforeEach
    void open() {
        files = new FilePayloadStore(directory);
        sweeper = sweeper(files);
    }

    @Test
    void whatIsOldAndReferredToByNoRowIsDeleted() {
        var key = stored(UUID.randomUUID(), OLD);

        sweeper.sweep();

        assertThat(files.fetch(key)).isEmpty();
    }

    @Test
    void whatARowRefersToStays_HoweverOld() {
        var request = UUID.randomUUID();
        var kept = stored(request, Duration.ofDays(400));
        var replaced = stored(request, OLD);
        referred.add("file:" + kept);

        sweeper.sweep();

        assertThat(files.fetch(kept)).isPresent();
        assertThat(files.fetch(replaced)).as("of the same request, in vain").isEmpty();
        assertThat(asked).containsExactly(request);
    }

    @Test
    void aReferenceToAnotherStoreKeepsNothingHere() {
        var key = stored(UUID.randomUUID(), OLD);
        referred.add("s3:" + key);

        sweeper.sweep();

        assertThat(files.fetch(key)).isEmpty();
    }

    @Test
    void whatIsYoungStays_AndNobodyAsksForIt() {
        var key = stored(UUID.randomUUID(), GRACE.minusMinutes(1));

        sweeper.sweep();

        assertThat(files.fetch(key)).isPresent();
        assertThat(asked).isEmpty();
    }

    @Test
    void whatIsNotOursStays() {
        var other = PayloadKey.next(UUID.randomUUID(), UUID.randomUUID()).toString();
        var foreign = List.of(
                other,
                PayloadKey.prefix(INSTALLATION) + "notes",
                PayloadKey.prefix(INSTALLATION) + UUID.randomUUID(),
                PayloadKey.prefix(INSTALLATION) + UUID.randomUUID() + "/notes");
        foreign.forEach(key -> stored(key, OLD));

        sweeper.sweep();
        sweeper(listsAll(files)).sweep();

        assertThat(foreign).allMatch(key -> files.fetch(key).isPresent());
    }

    @Test
    void aRowThatComesToReferAfterTheListingIsSeen() {
        var key = stored(UUID.randomUUID(), OLD);
        var late = new PayloadSweeper(
                new PayloadStores(List.of(new Wrapped(files) {
                    @Override
                    public Page list(String prefix, @Nullable String cursor) {
                        var page = super.list(prefix, cursor);
                        referred.add("file:" + key);
                        return page;
                    }
                })),
                INSTALLATION,
                GRACE,
                requests -> Set.copyOf(referred));

        late.sweep();

        assertThat(files.fetch(key)).isPresent();
    }

    @Test
    void aStoreThatFailsKeepsNoOtherFromBeingSwept() {
        var key = stored(UUID.randomUUID(), OLD);
        var broken = new Wrapped(files) {
            @Override
            public String name() {
                return "broken";
            }

            @Override
            public Page list(String prefix, @Nullable String cursor) {
                throw StorageException.unavailable("list payloads", new IOException("refused"));
            }
        };

        sweeper(broken, files).sweep();

        assertThat(files.fetch(key)).isEmpty();
    }

    @Test
    void nothingIsDeletedWhileTheRowsCannotBeRead() {
        var key = stored(UUID.randomUUID(), OLD);
        var blind = new PayloadSweeper(new PayloadStores(List.of(files)), INSTALLATION, GRACE, requests -> {
            throw StorageException.unavailable("read the rows", new IOException("refused"));
        });

        blind.sweep();

        assertThat(files.fetch(key)).isPresent();
    }

    @Test
    void aSweepEndsAfterSomePagesAndTheNextOneGoesOn() {
        var cursors = new ArrayList<String>();
        var endless = new Wrapped(files) {
            @Override
            public Page list(String prefix, @Nullable String cursor) {
                cursors.add(String.valueOf(cursor));
                return new Page(List.of(), cursors.size() == 30 ? null : "after " + cursors.size());
            }
        };
        var sweeper = sweeper(endless);

        sweeper.sweep();
        assertThat(cursors).hasSize(20);
        sweeper.sweep();
        assertThat(cursors).hasSize(30).element(20).isEqualTo("after 20");
        sweeper.sweep();

        assertThat(cursors).element(30).isEqualTo("null");
    }

    @Test
    void theGraceTimeIsPositive() {
        assertThatThrownBy(() ->
                        new PayloadSweeper(new PayloadStores(List.of()), INSTALLATION, Duration.ZERO, r -> Set.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT0S");
    }

    private PayloadSweeper sweeper(PayloadStore... stores) {
        return new PayloadSweeper(new PayloadStores(List.of(stores)), INSTALLATION, GRACE, requests -> {
            asked.addAll(requests);
            return Set.copyOf(referred);
        });
    }

    private String stored(UUID request, Duration age) {
        return stored(PayloadKey.next(INSTALLATION, request).toString(), age);
    }

    private String stored(String key, Duration age) {
        files.store(key, new byte[] {1});
        try {
            Files.setLastModifiedTime(
                    directory.resolve(key.replace('/', '_')),
                    FileTime.from(Instant.now().minus(age)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return key;
    }

    /** A store that does not keep to the prefix. */
    private static PayloadStore listsAll(PayloadStore store) {
        return new Wrapped(store) {
            @Override
            public Page list(String prefix, @Nullable String cursor) {
                return super.list("", cursor);
            }
        };
    }

    /** A store with something that is different. */
    private static class Wrapped implements PayloadStore {

        private final PayloadStore store;

        Wrapped(PayloadStore store) {
            this.store = store;
        }

        @Override
        public String name() {
            return store.name();
        }

        @Override
        public void store(String key, byte[] payload) {
            store.store(key, payload);
        }

        @Override
        public Optional<byte[]> fetch(String key) {
            return store.fetch(key);
        }

        @Override
        public void delete(String key) {
            store.delete(key);
        }

        @Override
        public Page list(String prefix, @Nullable String cursor) {
            return store.list(prefix, cursor);
        }
    }
}
