package io.patienthttp.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patienthttp.StorageException;
import io.patienthttp.spi.PayloadStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilePayloadStoreTest extends PayloadStoreContract {

    @TempDir
    private Path temporary;

    @Override
    protected PayloadStore open() {
        return new FilePayloadStore(temporary.resolve("payloads"));
    }

    @Override
    protected PayloadStore broken() {
        var gone = temporary.resolve("gone");
        var store = new FilePayloadStore(gone);
        try {
            Files.delete(gone);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return store;
    }

    @Test
    void aWriteThatWasCutOffIsNotRead_ButListedAndDeleted() throws Exception {
        var store = open();
        var unfinished = temporary.resolve("payloads/a_b.tmp");
        Files.write(unfinished, new byte[] {1});
        Files.setLastModifiedTime(unfinished, FileTime.from(Instant.now().minusSeconds(3600)));

        assertThat(store.fetch("a/b")).isEmpty();
        assertThat(listAll(store, "a/")).singleElement().satisfies(payload -> {
            assertThat(payload.key()).isEqualTo("a/b");
            assertThat(payload.age()).isGreaterThan(Duration.ofMinutes(59));
        });

        store.delete("a/b");

        assertThat(listAll(store, "a/")).isEmpty();
    }

    @Test
    void onlyTheOwnerReadsPayloads() throws Exception {
        open().store("a/b", new byte[] {1});

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(temporary.resolve("payloads"))))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(temporary.resolve("payloads/a_b"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aKeyNeverLeadsOutOfTheDirectory() {
        var store = open();

        for (var key : List.of("../a", "a/../../b", "/etc/passwd", "a_b", "", "a//b", "a/")) {
            assertThatThrownBy(() -> store.fetch(key))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("key must be");
            assertThatThrownBy(() -> store.delete(key)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store.store(key, new byte[0])).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void otherFilesAreLeftAlone() throws Exception {
        var store = open();
        Files.write(temporary.resolve("payloads/README.md"), new byte[] {1});

        assertThat(listAll(store, "")).isEmpty();
    }

    @Test
    void aDirectoryThatCannotBeMadeIsNamed() throws Exception {
        var file = Files.write(temporary.resolve("file"), new byte[] {1});

        assertThatThrownBy(() -> new FilePayloadStore(file.resolve("payloads")))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("create the directory of payloads")
                .hasMessageContaining("payloads");
    }
}
