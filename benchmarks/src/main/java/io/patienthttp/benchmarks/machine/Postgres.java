package io.patienthttp.benchmarks.machine;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A PostgreSQL with everything on that keeps commits; refuses to be measured otherwise. */
public final class Postgres implements AutoCloseable {

    private static final Map<String, String> SAFE =
            Map.of("fsync", "on", "full_page_writes", "on", "synchronous_commit", "on");

    private final int port;
    private final long postmaster;
    private final AutoCloseable server;
    private int databases;

    private Postgres(int port, Path data, AutoCloseable server) throws IOException {
        this.port = port;
        this.postmaster = Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).get(0).trim());
        this.server = server;
        for (var setting : SAFE.entrySet()) {
            var value = query("postgres", "SHOW " + setting.getKey(), String.class);
            if (!value.equals(setting.getValue())) {
                throw new IllegalStateException(setting.getKey() + " must be " + setting.getValue() + ", was " + value);
            }
        }
    }

    private static Map<String, String> configuration() {
        var all = new LinkedHashMap<>(SAFE);
        all.put("max_connections", "300");
        all.put("shared_buffers", "256MB");
        all.put("shared_preload_libraries", "pg_stat_statements");
        return all;
    }

    /** Starts the one that comes with the tests. */
    public static Postgres embedded(Path directory) throws IOException {
        var data = directory.resolve("postgres-embedded");
        var builder = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(true)
                .setPGStartupWait(Duration.ofMinutes(1));
        configuration().forEach(builder::setServerConfig);
        var server = builder.start();
        return new Postgres(server.getPort(), data, server);
    }

    /** Starts the one whose programs are in that directory, on new data. */
    public static Postgres installed(Path programs, Path directory) throws IOException, InterruptedException {
        var data = directory.resolve("postgres-installed");
        int port;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        run(programs.resolve("initdb"), data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-locale");
        var options = configuration().entrySet().stream()
                .map(entry -> " -c " + entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining());
        run(
                programs.resolve("pg_ctl"),
                data,
                "start",
                "-w",
                "-l",
                directory.resolve("postgres-installed.log").toString(),
                "-o",
                "-p " + port + " -k " + directory + options);
        var postgres = new Postgres(port, data, () -> {
            run(programs.resolve("pg_ctl"), data, "stop", "-w", "-m", "fast");
            try (var files = Files.walk(data)) {
                files.sorted((a, b) -> b.compareTo(a))
                        .forEach(file -> file.toFile().delete());
            }
        });
        // If this JVM is interrupted, nobody closes it; SIGTERM lets it end when its last session has.
        ProcessHandle.of(postgres.postmaster)
                .ifPresent(server -> Runtime.getRuntime().addShutdownHook(new Thread(server::destroy)));
        return postgres;
    }

    private static void run(Path program, Path data, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("unshare", "-U")); // PostgreSQL refuses to run as root
        }
        command.addAll(List.of(program.toString(), "-D", data.toString()));
        command.addAll(List.of(arguments));
        var log = data.resolveSibling(program.getFileName() + ".log");
        int exit = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IllegalStateException(program + " failed: " + Files.readString(log));
        }
    }

    /** A new, empty database; also writes a checkpoint, so that each run begins at the same distance from one. */
    public String createDatabase() {
        var name = "benchmark" + databases++;
        execute("postgres", "CREATE DATABASE " + name);
        execute(name, "CREATE EXTENSION pg_stat_statements");
        execute("postgres", "CHECKPOINT");
        return name;
    }

    /** Removes a database, whoever is connected. */
    public void dropDatabase(String name) {
        execute("postgres", "DROP DATABASE " + name + " WITH (FORCE)");
    }

    /** The URL of a database; the user is postgres. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=postgres&reWriteBatchedInserts=true";
    }

    /** A connection, to be closed. */
    public Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(url(database));
    }

    /** Executes a statement. */
    public void execute(String database, String sql) {
        try (var connection = connect(database);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("could not execute " + sql, e);
        }
    }

    /** The one value that a query finds. */
    public <T> T query(String database, String sql, Class<T> type) {
        try (var connection = connect(database);
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getObject(1, type);
        } catch (SQLException e) {
            throw new IllegalStateException("could not query " + sql, e);
        }
    }

    /** As the server says it, such as 18.6. */
    public String version() {
        return query("postgres", "SHOW server_version", String.class).split(" ")[0];
    }

    /** CPU of all its processes since it was started. */
    public long cpuMillis() {
        return Proc.cpuMillisWithChildren(postmaster);
    }

    /** How many bytes of log it has written. */
    public long walBytes() {
        return query("postgres", "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint", Long.class);
    }

    /** Waits until nobody is connected to the database: a session's counters arrive at its end, before it disappears. */
    public void awaitNoSessions(String database) throws InterruptedException {
        while (query(
                        "postgres",
                        "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = '"
                                + database + "'",
                        Long.class)
                > 0) {
            Thread.sleep(50);
        }
    }

    /** Rows inserted, updated and deleted in all tables of the database but that one, by sessions that have ended. */
    public long rowWrites(String database, String exceptTable) {
        return query(
                database,
                "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_user_tables"
                        + " WHERE relname <> '" + exceptTable + "'",
                Long.class);
    }

    /** Commits in the database, by sessions that have ended. */
    public long commits(String database) {
        return query(
                "postgres", "SELECT xact_commit FROM pg_stat_database WHERE datname = '" + database + "'", Long.class);
    }

    @Override
    public void close() throws Exception {
        server.close();
    }
}
