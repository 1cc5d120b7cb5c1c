package io.patienthttp.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.fixture.Databases;
import io.patienthttp.fixture.JavaProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process sends canaries through the whole pipeline, on good ways and bad ones, while it logs all that it can. None
 * shows on another origin, in its log, in an exception, in what listeners are told prints, or in a trace, and secrets not
 * in its database.
 */
class CanaryTest {

    private static final List<String> LOG_ALL = List.of(
            "-Xmx192m",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=info",
            "-Dorg.slf4j.simpleLogger.log.io.patienthttp=trace");

    @TempDir
    Path directory;

    private static final String H2 = "jdbc:h2:mem:canary;DB_CLOSE_DELAY=-1";

    @Test
    void h2() throws Exception {
        expectNoSecret(run(H2, "sa", "false"));
    }

    @Test
    @Tag("database")
    void postgres() throws Exception {
        expectNoSecret(run(Databases.postgresUrl(), "postgres", "false"));
    }

    @Test
    void aPayloadStoreHoldsNoSecret() throws Exception {
        var database = run(H2, "sa", "false", payloads());

        assertThat(database).as("what is large is elsewhere").noneMatch(line -> line.contains("canary-literal-body"));
        var stored = stored();
        assertThat(stored).anyMatch(text -> text.contains("canary-literal-body"));
        assertThat(stored).anyMatch(text -> text.contains("canary-literal-answer"));
        assertThat(stored).noneMatch(text -> text.contains("canary-secret"));
    }

    @Test
    void whereValuesAreSealedNothingShowsAtAll() throws Exception {
        var database = run(H2, "sa", "true");

        assertThat(database).anyMatch(line -> line.contains("sealed:")).noneMatch(line -> line.contains("canary-"));
    }

    @Test
    @Tag("database")
    void whereValuesAreSealedAndOffloadedNothingShowsAtAll() throws Exception {
        var database = run(Databases.postgresUrl(), "postgres", "true", payloads());

        assertThat(database).anyMatch(line -> line.contains("file:")).noneMatch(line -> line.contains("canary-"));
        assertThat(stored()).isNotEmpty().noneMatch(text -> text.contains("canary-"));
    }

    private String payloads() {
        return directory.resolve("payloads").toString();
    }

    private List<String> stored() throws IOException {
        try (var files = Files.list(directory.resolve("payloads"))) {
            return files.map(CanaryTest::text).toList();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void expectNoSecret(List<String> database) {
        assertThat(database).as("the dump shows what is stored").anyMatch(line -> line.contains("canary-literal-body"));
        assertThat(database).noneMatch(line -> line.contains("canary-secret"));
    }

    /** Returns the dump of the database. */
    private List<String> run(String... arguments) throws Exception {
        List<String> lines;
        try (var process =
                JavaProcess.start(directory, CanaryApplication.class.getName(), LOG_ALL, List.of(arguments))) {
            process.awaitLine(line -> line.equals(CanaryApplication.DONE), Duration.ofSeconds(120));
            lines = process.lines();
        }
        var database = with(CanaryApplication.DATABASE, lines);
        var otherOrigin = with(CanaryApplication.OTHER_ORIGIN, lines);
        var said = lines.stream()
                .filter(line -> !database.contains(line) && !otherOrigin.contains(line))
                .toList();

        assertThat(otherOrigin).hasSize(2).noneMatch(line -> line.contains("canary-"));
        assertThat(said)
                .as("the log and the exceptions show what happened")
                .anyMatch(line -> line.contains("DEBUG io.patienthttp"))
                .anyMatch(line -> line.startsWith("DEAD "))
                .anyMatch(line -> line.startsWith(CanaryApplication.EVENT + "onEnqueued"))
                .anyMatch(line -> line.startsWith(CanaryApplication.EVENT + "onCompleted"))
                .anyMatch(line -> line.startsWith(CanaryApplication.EVENT + "onFailed"))
                .anyMatch(line -> line.startsWith(CanaryApplication.SPAN));
        assertThat(said).noneMatch(line -> line.contains("canary-"));
        return database;
    }

    private static List<String> with(String prefix, List<String> lines) {
        return lines.stream().filter(line -> line.startsWith(prefix)).toList();
    }
}
