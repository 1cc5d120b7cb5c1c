package io.patienthttp.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.fixture.Databases;
import io.patienthttp.fixture.JavaProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process sends canaries through the whole pipeline, on good ways and bad ones, while it logs all that it can. None
 * shows on another origin, in its log or in an exception, and secrets not in its database.
 */
class CanaryTest {

    private static final List<String> LOG_ALL = List.of(
            "-Xmx192m",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=info",
            "-Dorg.slf4j.simpleLogger.log.io.patienthttp=trace");

    @TempDir
    Path directory;

    @Test
    void h2() throws Exception {
        run("jdbc:h2:mem:canary;DB_CLOSE_DELAY=-1", "sa");
    }

    @Test
    @Tag("database")
    void postgres() throws Exception {
        run(Databases.postgresUrl(), "postgres");
    }

    private void run(String url, String user) throws Exception {
        List<String> lines;
        try (var process =
                JavaProcess.start(directory, CanaryApplication.class.getName(), LOG_ALL, List.of(url, user))) {
            process.awaitLine(line -> line.equals(CanaryApplication.DONE), Duration.ofSeconds(120));
            lines = process.lines();
        }
        var database = with(CanaryApplication.DATABASE, lines);
        var otherOrigin = with(CanaryApplication.OTHER_ORIGIN, lines);
        var said = lines.stream()
                .filter(line -> !database.contains(line) && !otherOrigin.contains(line))
                .toList();

        assertThat(database).as("the dump shows what is stored").anyMatch(line -> line.contains("canary-literal-body"));
        assertThat(database).noneMatch(line -> line.contains("canary-secret"));
        assertThat(otherOrigin).hasSize(2).noneMatch(line -> line.contains("canary-"));
        assertThat(said)
                .as("the log and the exceptions show what happened")
                .anyMatch(line -> line.contains("DEBUG io.patienthttp"))
                .anyMatch(line -> line.startsWith("DEAD "));
        assertThat(said).noneMatch(line -> line.contains("canary-"));
    }

    private static List<String> with(String prefix, List<String> lines) {
        return lines.stream().filter(line -> line.startsWith(prefix)).toList();
    }
}
