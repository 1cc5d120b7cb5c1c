package io.patienthttp.demo.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What PostgreSQL wrote into {@code postmaster.pid} of its data directory: process id in line 1, port in line 4
 * (PostgreSQL manual, 68.1; src/include/utils/pidfile.h).
 */
record PostmasterFile(long pid, int port) {

    private static final int PORT_LINE = 3;

    /** Reads the file; empty if there is none, or it is not written yet. */
    static Optional<PostmasterFile> read(Path dataDirectory) throws IOException {
        var file = path(dataDirectory);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var lines = Files.readAllLines(file);
        if (lines.size() <= PORT_LINE) {
            return Optional.empty();
        }
        try {
            return Optional.of(new PostmasterFile(
                    Long.parseLong(lines.get(0).trim()),
                    Integer.parseInt(lines.get(PORT_LINE).trim())));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    static Path path(Path dataDirectory) {
        return dataDirectory.resolve("postmaster.pid");
    }

    /** Whether that process runs and is a postgres; another program may have got its id meanwhile. */
    boolean isAlive() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .flatMap(process -> process.info().command())
                .filter(command -> Path.of(command).endsWith("postgres"))
                .isPresent();
    }
}
