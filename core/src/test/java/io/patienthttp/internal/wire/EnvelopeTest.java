package io.patienthttp.internal.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patienthttp.Failure;
import io.patienthttp.StorageException;
import io.patienthttp.internal.wire.Opened.Json;
import io.patienthttp.internal.wire.Opened.Unreadable;
import io.patienthttp.internal.wire.Opened.Why;
import io.patienthttp.payload.AesGcmCipher;
import io.patienthttp.payload.AesGcmCipher.Key;
import io.patienthttp.payload.FilePayloadStore;
import io.patienthttp.spi.PayloadCipher;
import io.patienthttp.spi.PayloadStore;
import io.patienthttp.spi.RequestStore.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvelopeTest {

    private static final UUID INSTALLATION = UUID.randomUUID();
    private static final UUID ID = UUID.randomUUID();
    private static final String JSON = "{\"text\":\"grüße, top secret\"}";
    private static final String CANCELLED = "{\"type\":\"rejected\"}";
    private static final int THRESHOLD = 200;
    private static final String LARGE = "{\"text\":\"" + "top secret ".repeat(50) + "\"}";
    private static final PayloadCipher OLD = AesGcmCipher.of(List.of(key("old")));
    private static final PayloadCipher BOTH = AesGcmCipher.of(List.of(key("new"), key("old")));
    private static final PayloadCipher NEW = AesGcmCipher.of(List.of(key("new")));

    @TempDir
    private Path directory;

    private PayloadStore files;

    @BeforeEach
    void openStore() {
        files = new FilePayloadStore(directory);
    }

    @Test
    void aValueThatIsNotSealedIsReadableInItsRow() {
        var stored = put(plain(), Column.REQUEST, JSON);

        assertThat(stored).isEqualTo(new Value(JSON, null));
        assertThat(text(plain().open(ID, Column.REQUEST, stored))).isEqualTo(JSON);
    }

    @Test
    void aSealedValueShowsNothing() {
        for (var column : Column.values()) {
            var stored = put(sealing(OLD), column, JSON);

            assertThat(stored.reference()).isNull();
            assertThat(stored.text()).startsWith("sealed:").doesNotContain("secret");
            assertThat(new String(Base64.getDecoder().decode(stored.text().substring(7)), UTF_8))
                    .doesNotContain("secret");
            assertThat(text(sealing(OLD).open(ID, column, stored))).isEqualTo(JSON);
        }
    }

    @Test
    void keysChangeWithoutAStop() {
        var before = put(sealing(OLD), Column.OUTCOME, JSON);
        var after = put(sealing(BOTH), Column.OUTCOME, JSON);

        assertThat(text(sealing(BOTH).open(ID, Column.OUTCOME, before))).isEqualTo(JSON);
        assertThat(text(sealing(NEW).open(ID, Column.OUTCOME, after))).isEqualTo(JSON);
        unreadable(Why.UNKNOWN_KEY, sealing(NEW), Column.OUTCOME, before);
        unreadable(Why.UNKNOWN_KEY, plain(), Column.OUTCOME, before);
    }

    @Test
    void aValueOfAnotherRowOrColumnIsNoticed() {
        var stored = put(sealing(OLD), Column.REQUEST, JSON);
        var large = put(sealing(OLD), Column.REQUEST, LARGE);

        for (var value : List.of(stored, large)) {
            unreadable(Why.DAMAGED, sealing(OLD), Column.OUTCOME, value);
            assertThat(sealing(OLD).open(UUID.randomUUID(), Column.REQUEST, value))
                    .isInstanceOfSatisfying(Unreadable.class, unreadable -> assertThat(unreadable.why())
                            .isEqualTo(Why.DAMAGED));
        }
    }

    @Test
    void plainTextIsRefusedUnlessItIsAllowed() {
        var inRow = put(plain(), Column.REQUEST, JSON);
        var offloaded = put(plain(), Column.REQUEST, LARGE);
        var adopting = new Envelope(OLD, true, stores(files), () -> INSTALLATION, THRESHOLD, Set.of());

        assertThat(text(adopting.open(ID, Column.REQUEST, inRow))).isEqualTo(JSON);
        assertThat(text(adopting.open(ID, Column.REQUEST, offloaded))).isEqualTo(LARGE);
        assertThat(put(adopting, Column.REQUEST, JSON).text()).startsWith("sealed:");
        unreadable(Why.NOT_SEALED, sealing(OLD), Column.REQUEST, inRow);
        unreadable(Why.NOT_SEALED, sealing(OLD), Column.REQUEST, offloaded);
    }

    @Test
    void whatStatementsWriteNeedNotBeSealed() {
        assertThat(text(sealing(OLD).open(ID, Column.OUTCOME, new Value(CANCELLED, null))))
                .isEqualTo(CANCELLED);
    }

    @Test
    void aLargeValueIsOffloadedAndTheRowRefersToIt() throws Exception {
        for (var envelope : List.of(plain(), sealing(OLD))) {
            var closed = envelope.close(ID, Column.OUTCOME, utf8(LARGE));
            assertThat(closed.isOffloaded()).isTrue();
            var stored = envelope.store(closed);

            assertThat(stored.size()).as("what it takes to read it").isGreaterThanOrEqualTo(LARGE.length());
            assertThat(stored.reference()).startsWith("file:" + INSTALLATION + "/" + ID + "/");
            assertThat(files.fetch(stored.reference().substring(5)).orElseThrow())
                    .hasSize(Integer.parseInt(stored.text()));
            assertThat(text(envelope.open(ID, Column.OUTCOME, stored))).isEqualTo(LARGE);
        }
        var sealed = Files.readAllBytes(path(put(sealing(OLD), Column.OUTCOME, LARGE)));
        assertThat(new String(sealed, UTF_8)).doesNotContain("secret");
        assertThat(sealed).hasSizeLessThan(LARGE.length() + 60);
    }

    @Test
    void theThresholdIsTheLargestTextOfARow() {
        var fits = "{\"ü\":\"" + "x".repeat(THRESHOLD - 9) + "\"}";
        assertThat(fits.getBytes(UTF_8)).hasSize(THRESHOLD);

        assertThat(put(plain(), Column.REQUEST, fits).reference()).isNull();
        assertThat(put(plain(), Column.REQUEST, fits.replace("x\"", "xx\"")).reference())
                .isNotNull();
        var withoutStore = new Envelope(OLD, false, stores(), () -> INSTALLATION, 1, Set.of());
        for (int size = 0; size < 300; size++) {
            var json = "{" + " ".repeat(size) + "}";
            int text = put(withoutStore, Column.REQUEST, json).text().length();
            assertThat(sealing(OLD).close(ID, Column.REQUEST, utf8(json)).isOffloaded())
                    .isEqualTo(text > THRESHOLD);
        }
    }

    @Test
    void nothingIsOffloadedWithoutAStore_NorCallbackArguments() {
        var without = new Envelope(null, false, stores(), () -> INSTALLATION, THRESHOLD, Set.of());

        assertThat(put(without, Column.REQUEST, LARGE)).isEqualTo(new Value(LARGE, null));
        assertThat(put(plain(), Column.CALLBACK_ARGS, LARGE)).isEqualTo(new Value(LARGE, null));
    }

    @Test
    void eachWriteIsAnotherPayload() {
        var closed = plain().close(ID, Column.OUTCOME, utf8(LARGE));

        assertThat(plain().store(closed)).isNotEqualTo(plain().store(closed));
    }

    @Test
    void aMissingPayloadIsAFailureOfItsOwn() throws Exception {
        var stored = put(plain(), Column.OUTCOME, LARGE);
        Files.delete(path(stored));

        var unreadable = unreadable(Why.PAYLOAD_MISSING, plain(), Column.OUTCOME, stored);
        assertThat(unreadable.message()).contains(stored.reference());
        assertThat(unreadable.why().kind()).isEqualTo(Failure.Kind.PAYLOAD_MISSING);
        assertThat(Why.DAMAGED.kind()).isEqualTo(Failure.Kind.UNREADABLE);
    }

    @Test
    void theLastStoreIsWrittenAndAllAreRead() {
        var archive = named("archive", new FilePayloadStore(directory.resolve("archive")));
        var before = put(plain(), Column.REQUEST, LARGE);
        var both = new Envelope(null, false, stores(files, archive), () -> INSTALLATION, THRESHOLD, Set.of());
        var after = put(both, Column.REQUEST, LARGE);

        assertThat(after.reference()).startsWith("archive:");
        assertThat(text(both.open(ID, Column.REQUEST, before))).isEqualTo(LARGE);
        assertThat(text(both.open(ID, Column.REQUEST, after))).isEqualTo(LARGE);
        assertThat(unreadable(Why.UNKNOWN_STORE, plain(), Column.REQUEST, after).message())
                .contains("\"archive\"", "[file]");
    }

    @Test
    void whatVersion1WroteItselfIsReadWhereValuesAreSealed_AndNothingElse() {
        var sealing = new Envelope(OLD, false, stores(), () -> INSTALLATION, 1, FixedOutcomes.ALL);
        var exhausted = "{\"type\":\"rejected\",\"kind\":\"RECOVERY_EXHAUSTED\",\"message\":\"processes died with the"
                + " request in flight more often than max-recoveries (3) allows, the last one with nothing else in"
                + " flight\",\"maybeProcessed\":true}";
        var cancelled = "{\"type\":\"rejected\",\"kind\":\"CANCELLED\",\"message\":\"the request was cancelled\","
                + "\"maybeProcessed\":true}";

        for (var text : List.of(exhausted, cancelled)) {
            assertThat(text(sealing.open(ID, Column.OUTCOME, Value.of(text)))).isEqualTo(text);
            unreadable(Why.NOT_SEALED, sealing, Column.OUTCOME, Value.of(text.replace("true", "false")));
        }
    }

    @Test
    void storesHaveNamesOfTheirOwn() {
        assertThatThrownBy(() -> stores(files, files))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"file\" twice");
        assertThatThrownBy(() -> stores(named("a:b", files)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"a:b\"");
    }

    @Test
    void aNewerFormIsLeftToANodeThatReadsIt() {
        var newer = Base64.getEncoder().encodeToString(new byte[] {2, 'x', 'y'});

        var unreadable = unreadable(Why.NEWER_FORMAT, sealing(OLD), Column.REQUEST, new Value("sealed:" + newer, null));

        assertThat(unreadable.message()).contains("version 2");
        assertThat(Arrays.stream(Why.values()).filter(Why::elsewhere))
                .containsExactly(Why.UNKNOWN_STORE, Why.UNKNOWN_KEY, Why.NEWER_FORMAT);
    }

    @Test
    void whatIsDamagedIsSaidToBe() throws Exception {
        var sealed = put(sealing(OLD), Column.REQUEST, JSON).text();
        for (var text : List.of(
                "",
                "x",
                "\u0001",
                "sealed:",
                "sealed:!",
                "sealed:AQ==",
                sealed.substring(0, sealed.length() - 4),
                sealed.substring(7))) {
            unreadable(Why.DAMAGED, sealing(OLD), Column.REQUEST, new Value(text, null));
        }

        var offloaded = put(sealing(OLD), Column.REQUEST, LARGE);
        for (var bytes : List.of(new byte[0], new byte[] {1}, new byte[] {'x'}, new byte[] {-1})) {
            Files.write(path(offloaded), bytes);
            unreadable(Why.DAMAGED, sealing(OLD), Column.REQUEST, offloaded);
        }
    }

    @Test
    void aStoreOrCipherThatFailsIsNotAValueThatIsGone() throws IOException {
        var stored = put(plain(), Column.REQUEST, LARGE);
        Files.delete(path(stored));
        Files.delete(directory);
        assertThatThrownBy(() -> plain().open(ID, Column.REQUEST, stored)).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> put(plain(), Column.REQUEST, LARGE)).isInstanceOf(StorageException.class);

        var away = sealing(new PayloadCipher() {
            @Override
            public byte[] seal(byte[] value, byte[] associatedData) {
                return value;
            }

            @Override
            public byte[] open(byte[] sealed, byte[] associatedData) {
                throw StorageException.unavailable("reach the key service", new IOException("refused"));
            }
        });
        var sealed = put(away, Column.REQUEST, JSON);
        assertThatThrownBy(() -> away.open(ID, Column.REQUEST, sealed)).isInstanceOf(StorageException.class);
    }

    @Test
    void onlyAJsonObjectIsTaken() {
        for (var text : List.of("", "[1]", "sealed:x", " {}")) {
            assertThatThrownBy(() -> plain().close(ID, Column.REQUEST, utf8(text)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("REQUEST of request " + ID);
        }
        assertThatThrownBy(() -> new Envelope(null, false, stores(), () -> INSTALLATION, 0, Set.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("was 0");
    }

    private Envelope plain() {
        return new Envelope(null, false, stores(files), () -> INSTALLATION, THRESHOLD, Set.of());
    }

    private Envelope sealing(PayloadCipher cipher) {
        return new Envelope(cipher, false, stores(files), () -> INSTALLATION, THRESHOLD, Set.of(CANCELLED));
    }

    private static Value put(Envelope envelope, Column column, String json) {
        return envelope.store(envelope.close(ID, column, utf8(json)));
    }

    private static Unreadable unreadable(Why why, Envelope envelope, Column column, Value stored) {
        var opened = envelope.open(ID, column, stored);
        assertThat(opened).isInstanceOf(Unreadable.class);
        var unreadable = (Unreadable) opened;
        assertThat(unreadable.why()).isEqualTo(why);
        assertThat(unreadable.message()).doesNotContain("secret");
        return unreadable;
    }

    private Path path(Value stored) {
        return directory.resolve(stored.reference().substring("file:".length()).replace('/', '_'));
    }

    private static PayloadStores stores(PayloadStore... stores) {
        return new PayloadStores(List.of(stores));
    }

    private static Key key(String id) {
        var secret = new byte[32];
        new Random(id.hashCode()).nextBytes(secret);
        return Key.of(id, secret);
    }

    /** The same store under another name. */
    private static PayloadStore named(String name, PayloadStore store) {
        return new PayloadStore() {
            @Override
            public String name() {
                return name;
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
        };
    }

    private static byte[] utf8(String text) {
        return text.getBytes(UTF_8);
    }

    private static String text(Opened opened) {
        return new String(((Json) opened).bytes(), UTF_8);
    }
}
