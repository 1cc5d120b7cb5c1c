package io.patienthttp.faults;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Another wall clock for a process, by libfaketime; its monotonic clock is left alone. */
final class FakeTime {

    private FakeTime() {}

    /** The environment of a process whose clock is so many seconds ahead; the test is skipped where it cannot be. */
    static Map<String, String> ahead(int seconds) throws IOException {
        if (seconds == 0) {
            return Map.of();
        }
        var library = library();
        if (library == null) {
            System.out.println("SKIPPED: skewed clocks, because the Debian package faketime is not installed");
        }
        assumeTrue(library != null, "the Debian package faketime is not installed");
        return Map.of(
                "LD_PRELOAD",
                library.toString(),
                "FAKETIME",
                "%+ds".formatted(seconds),
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1",
                "FAKETIME_FORCE_MONOTONIC_FIX",
                "0"); // which takes the deadlines of this C library for wall time
    }

    private static Path library() throws IOException {
        try (var directories = Files.newDirectoryStream(Path.of("/usr/lib"), "*-linux-gnu")) {
            for (var directory : directories) {
                var library = directory.resolve("faketime/libfaketimeMT.so.1");
                if (Files.exists(library)) {
                    return library;
                }
            }
        }
        return null;
    }
}
