package io.patienthttp.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.fixture.Databases;
import io.patienthttp.fixture.JavaProcess;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Runs without the page, as a shell sees them: what they print last, and their exit status. */
@Tag("fault")
@Execution(ExecutionMode.CONCURRENT)
class DemoRunTest {

    private static final Duration LONG = Duration.ofMinutes(2);

    /** A fault that only the table of deliveries can show: each delivery is stored twice. */
    private static final List<String> DELIVER_TWICE = List.of("""
            CREATE TABLE demo_deliveries (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                request_id varchar(36) NOT NULL,
                outcome text NOT NULL,
                delivered_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
            )
            """, """
            CREATE FUNCTION add_again() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO demo_deliveries (request_id, outcome) VALUES (NEW.request_id, NEW.outcome);
                RETURN NULL;
            END $$
            """, """
            CREATE TRIGGER add_again AFTER INSERT ON demo_deliveries
            FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION add_again()
            """);

    @TempDir
    private Path directory;

    private JavaProcess process;

    @AfterEach
    void end() throws InterruptedException {
        process.kill();
    }

    @Test
    void eachDeliveredOnceEndsWithStatusZero() throws Exception {
        run("--run=200", "--delay=200ms");

        process.awaitLine(
                line -> line.matches("200 requests, 200 delivered, 0 duplicates, 0 lost,"
                        + " [0-9.]+ seconds, [0-9]+ requests per second"),
                LONG);
        assertThat(process.awaitExit(LONG)).isZero();
    }

    @Test
    void duplicatesEndWithStatusOne() throws Exception {
        var url = Databases.postgresUrl();
        execute(url, DELIVER_TWICE);

        run(
                "--run=20",
                "--delay=0s",
                "--spring.datasource.url=" + url,
                "--spring.datasource.username=postgres",
                "--spring.datasource.password=");

        process.awaitLine(line -> line.startsWith("20 requests, 20 delivered, 20 duplicates, 0 lost, "), LONG);
        assertThat(process.awaitExit(LONG)).isEqualTo(1);
    }

    @Test
    void wrongOptionEndsWithStatusTwo() throws Exception {
        run("--run=0");

        process.awaitLine(line -> line.equals("--run must be a number from 1 to 1000000, was 0"), LONG);
        assertThat(process.awaitExit(LONG)).isEqualTo(2);
    }

    private void run(String... arguments) {
        process = JavaProcess.start(directory, Demo.class.getName(), List.of("-Xmx384m"), List.of(arguments));
    }

    private static void execute(String url, List<String> statements) throws SQLException {
        try (var connection = DriverManager.getConnection(url, "postgres", "");
                var statement = connection.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
