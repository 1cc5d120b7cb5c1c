package io.patienthttp.demo.postgres;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PostgreSQL of one data directory. It is started by the first process and joined by the others; one whose starter
 * was killed goes on, and is joined too. Only the starter stops it, and only if nobody else is connected. A lock on a file
 * next to the data directory makes these decisions one at a time.
 */
final class SharedPostgres implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SharedPostgres.class);

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration RETRY = Duration.ofMillis(100);
    private static final String STARTING_UP = "57P03"; // PostgreSQL manual, appendix A: cannot_connect_now

    private static final String OTHERS = """
            SELECT count(*) FROM pg_stat_activity
            WHERE backend_type = 'client backend' AND application_name <> current_setting('application_name')
            """;

    private final Path lockFile;
    private final String url;
    private final @Nullable EmbeddedPostgres started;
    /** Held as long as we use it, so that a starter that stops at this moment sees us. */
    private final Connection presence;

    private SharedPostgres(Path lockFile, String url, @Nullable EmbeddedPostgres started) throws SQLException {
        this.lockFile = lockFile;
        this.url = url;
        this.started = started;
        this.presence = connect(url);
    }

    /** Joins the PostgreSQL that runs in the data directory, or starts it. */
    static SharedPostgres open(Path dataDirectory) throws IOException, SQLException {
        var data = dataDirectory.toAbsolutePath().normalize();
        Files.createDirectories(data);
        var lockFile = data.resolveSibling(data.getFileName() + ".lock");
        try (var channel = lockChannel(lockFile);
                var lock = channel.lock()) {
            log.debug("Holding {}", lock);
            var running = PostmasterFile.read(data);
            if (running.isPresent() && running.get().isAlive()) {
                var port = running.get().port();
                log.info("Joining the PostgreSQL in {} on port {}", data, port);
                return new SharedPostgres(lockFile, url(port), null);
            }
            if (Files.deleteIfExists(PostmasterFile.path(data))) {
                log.warn("PostgreSQL in {} did not end orderly; it recovers now", data);
            }
            var postgres = start(data);
            log.info("Started PostgreSQL in {} on port {}", data, postgres.getPort());
            return new SharedPostgres(lockFile, url(postgres.getPort()), postgres);
        }
    }

    private static FileChannel lockChannel(Path lockFile) throws IOException {
        return FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /** Its own shutdown hook is off: it would stop the database while the processor still drains. */
    private static EmbeddedPostgres start(Path data) throws IOException {
        var log = data.resolveSibling(data.getFileName() + ".log").toFile();
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setPGStartupWait(START_TIMEOUT)
                .setOutputRedirector(Redirect.appendTo(log))
                .setServerConfig("max_connections", "300")
                // The builder passes -F, which turns it off; a demo of not losing requests must not.
                .setServerConfig("fsync", "on")
                .setServerConfig("listen_addresses", "127.0.0.1")
                .start();
    }

    private static Connection connect(String url) throws SQLException {
        var deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (true) {
            try {
                return DriverManager.getConnection(url);
            } catch (SQLException e) {
                if (!STARTING_UP.equals(e.getSQLState()) || System.nanoTime() > deadline) {
                    throw e;
                }
            }
            pause();
        }
    }

    private static void pause() throws SQLException {
        try {
            Thread.sleep(RETRY.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted while PostgreSQL starts up", e);
        }
    }

    /** All connections of one user have one name, by which they are told from those of others. */
    private static String url(int port) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres&reWriteBatchedInserts=true"
                + "&ApplicationName=patient-http-demo-" + UUID.randomUUID();
    }

    /** How to connect. */
    String url() {
        return url;
    }

    /** Whether this process started it. */
    boolean isStarter() {
        return started != null;
    }

    @Override
    public void close() throws IOException, SQLException {
        try (var channel = lockChannel(lockFile);
                FileLock lock = channel.lock();
                presence) {
            log.debug("Holding {}", lock);
            if (started == null) {
                return;
            }
            if (others() > 0) {
                log.info("Leaving PostgreSQL to the other processes that use it");
                return;
            }
            started.close();
        }
    }

    private long others() throws SQLException {
        try (var statement = presence.createStatement();
                var rows = statement.executeQuery(OTHERS)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
