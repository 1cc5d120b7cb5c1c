package io.patienthttp.demo.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedPostgresTest {

    @TempDir
    private Path directory;

    @Test
    void starterStopsItOnlyIfNobodyElseUsesIt() throws Exception {
        var data = directory.resolve("pg");
        var starter = SharedPostgres.open(data);
        var joiner = SharedPostgres.open(data);
        assertThat(starter.isStarter()).isTrue();
        assertThat(joiner.isStarter()).isFalse();

        joiner.close();
        assertAnswers(starter);
        var stays = SharedPostgres.open(data);
        starter.close();
        assertAnswers(stays);

        var postmaster = PostmasterFile.read(data).orElseThrow();
        stays.close();
        assertThat(postmaster.isAlive()).isTrue();
        end(postmaster);
    }

    @Test
    void staleFileOfADeadPostmasterIsRemoved() throws Exception {
        var data = directory.resolve("pg");
        SharedPostgres.open(data).close();
        assertThat(PostmasterFile.read(data)).isEmpty();
        var notPostgres = ProcessHandle.current().pid();
        Files.writeString(PostmasterFile.path(data), notPostgres + "\n" + data + "\n0\n5432\n");

        try (var postgres = SharedPostgres.open(data)) {
            assertThat(postgres.isStarter()).isTrue();
            assertAnswers(postgres);
        }
    }

    private static void assertAnswers(SharedPostgres postgres) throws SQLException {
        try (var connection = DriverManager.getConnection(postgres.url())) {
            assertThat(connection.isValid(5)).isTrue();
        }
    }

    /** The test plays an orphan: its postmaster is nobody's to stop. */
    private static void end(PostmasterFile postmaster) {
        ProcessHandle.of(postmaster.pid()).ifPresent(process -> {
            process.destroy();
            process.onExit().join();
        });
    }
}
