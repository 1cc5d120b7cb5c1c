package io.patienthttp.faults;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A PostgreSQL of its own, to be stopped, killed and started again on the same port and data, by its {@code pg_ctl}. */
final class OwnPostgres implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(60);

    private final Path directory;
    private final Path data;
    private final Path programs;
    private final int port;
    private final boolean root = System.getProperty("user.name").equals("root");

    OwnPostgres() throws IOException, InterruptedException {
        directory = Files.createTempDirectory("faults-pg");
        data = directory.resolve("data");
        try (var first = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .start()) {
            port = first.getPort();
            programs = ProcessHandle.of(postmaster())
                    .flatMap(process -> process.info().command())
                    .map(command -> Path.of(command).getParent())
                    .orElseThrow();
        }
        start();
    }

    String url() {
        return url(port);
    }

    /** The same database by another way. */
    static String url(int port) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?reWriteBatchedInserts=true";
    }

    int port() {
        return port;
    }

    /** The data directory, which the user of the server owns. */
    Path data() {
        return data;
    }

    /** Starts it, and waits until it answers. What is left of a killed one may keep it from starting for a moment. */
    void start() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        while (control(
                        "start",
                        "-w",
                        "-l",
                        directory.resolve("log").toString(),
                        "-o",
                        "-p " + port + " -c max_connections=200")
                != 0) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(
                        "PostgreSQL does not start: " + Files.readString(directory.resolve("log")));
            }
        }
        try (var connection = DriverManager.getConnection(url(), "postgres", "")) {
            connection.isValid(10);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends all sessions and stops it. */
    void stop() throws IOException, InterruptedException {
        control("stop", "-w", "-m", "fast");
    }

    /** Stops it and starts it again. */
    void restart() throws IOException, InterruptedException {
        stop();
        start();
    }

    /** SIGKILL of the server; its sessions end when they notice. */
    void kill() throws IOException {
        ProcessHandle.of(postmaster()).ifPresent(ProcessHandle::destroyForcibly);
    }

    private long postmaster() throws IOException {
        return Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).get(0).trim());
    }

    private int control(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        if (root) {
            command.addAll(List.of("unshare", "-U")); // PostgreSQL refuses to run as root
        }
        command.addAll(List.of(programs.resolve("pg_ctl").toString(), "-D", data.toString()));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("pg_ctl").toFile()))
                .start();
        if (!process.waitFor(START.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException(String.join(" ", command) + " does not end");
        }
        return process.exitValue();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        control("stop", "-w", "-m", "immediate");
        try (var files = Files.walk(directory)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
        }
    }
}
