package io.patienthttp.benchmarks.machine;

import com.github.kagkarlsson.scheduler.Scheduler;
import io.patienthttp.runtime.PatientHttp;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.jetty.client.HttpClient;
import org.jobrunr.server.BackgroundJobServer;

/** What a result is worth nothing without: machine, Java, versions, date. */
public final class Environment {

    private static final int VIRTUAL_THREADS = 21;
    private static final String NOT_RESULTS = ":(top,exclude)benchmarks/results"; // which the run itself writes

    private Environment() {}

    /** All of it, as a Markdown list. */
    public static String describe(Path java, Postgres postgres) throws IOException {
        var facts = new LinkedHashMap<String, String>();
        facts.put(
                "date",
                ZonedDateTime.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'")));
        facts.put(
                "machine",
                Runtime.getRuntime().availableProcessors() + " cores ("
                        + first("/proc/cpuinfo", "model name").replaceFirst("^[^:]*:\\s*", "") + "), "
                        + first("/proc/meminfo", "MemTotal")
                                .replaceAll("[^0-9]", "")
                                .transform(Environment::gigabytes)
                        + ", Linux " + System.getProperty("os.version"));
        facts.put("JDK of the contenders", property(java, "IMPLEMENTOR") + " " + property(java, "JAVA_VERSION"));
        facts.put("PostgreSQL", postgres.version() + ", fsync, full_page_writes and synchronous_commit on");
        facts.put("Patient HTTP", PatientHttp.VERSION + " (" + commit() + ")");
        facts.put(
                "others",
                "db-scheduler " + jarVersion(Scheduler.class) + ", JobRunr " + jarVersion(BackgroundJobServer.class)
                        + ", Jetty client " + jarVersion(HttpClient.class) + ", JDBC driver "
                        + driver(postgres));
        return facts.entrySet().stream()
                .map(fact -> "- " + fact.getKey() + ": " + fact.getValue())
                .collect(Collectors.joining("\n"));
    }

    private static String gigabytes(String kilobytes) {
        return String.format(Locale.ROOT, "%.0f GB", Long.parseLong(kilobytes) / 1024.0 / 1024.0);
    }

    private static String first(String file, String start) throws IOException {
        return Files.readAllLines(Path.of(file)).stream()
                .filter(line -> line.startsWith(start))
                .findFirst()
                .orElse("unknown");
    }

    private static String driver(Postgres postgres) {
        try (var connection = postgres.connect("postgres")) {
            return connection.getMetaData().getDriverVersion();
        } catch (SQLException e) {
            throw new IllegalStateException("could not ask the driver for its version", e);
        }
    }

    /** From the name of the jar, name-version.jar. */
    private static String jarVersion(Class<?> type) {
        try {
            var location = type.getProtectionDomain().getCodeSource().getLocation();
            var jar = Path.of(location.toURI()).getFileName().toString();
            return jar.replaceFirst("^.*?-(?=[0-9])", "").replaceFirst("\\.jar$", "");
        } catch (URISyntaxException e) {
            return "unknown";
        }
    }

    private static String commit() {
        return command("git", "rev-parse", "--short", "HEAD")
                .map(commit -> command("git", "status", "--porcelain", "--untracked-files=no", "--", NOT_RESULTS)
                        .map(changes -> changes.isEmpty() ? commit : commit + " with changes")
                        .orElse(commit))
                .orElse("commit unknown");
    }

    private static Optional<String> command(String... command) {
        try {
            var process = new ProcessBuilder(command).start();
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
            return process.waitFor() == 0 ? Optional.of(output) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** The Java for contenders: this one if it has virtual threads, else the newest that is installed. */
    public static Path newestJava() throws IOException {
        var own = Path.of(System.getProperty("java.home"), "bin", "java");
        var installed = Path.of("/usr/lib/jvm");
        if (hasVirtualThreads(own) || !Files.isDirectory(installed)) {
            return own;
        }
        try (var homes = Files.list(installed)) {
            return homes.map(home -> home.resolve("bin").resolve("java"))
                    .filter(Files::isExecutable)
                    .max(Comparator.comparing(Environment::feature))
                    .filter(Environment::hasVirtualThreads)
                    .orElse(own);
        }
    }

    /** Whether this Java has virtual threads. */
    public static boolean hasVirtualThreads(Path java) {
        return feature(java) >= VIRTUAL_THREADS;
    }

    private static int feature(Path java) {
        var version = property(java, "JAVA_VERSION").replaceAll("[^0-9].*", "");
        return version.isEmpty() ? 0 : Integer.parseInt(version);
    }

    /** From the file "release" that each JDK has. */
    private static String property(Path java, String name) {
        try {
            return property(
                    Files.readAllLines(
                            java.toRealPath().resolve("../../release").normalize()),
                    name);
        } catch (IOException e) {
            return "";
        }
    }

    static String property(List<String> release, String name) {
        return release.stream()
                .filter(line -> line.startsWith(name + "="))
                .map(line -> line.substring(name.length() + 1).replace("\"", ""))
                .findFirst()
                .orElse("");
    }
}
