package io.patienthttp.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the schema must do on every database. */
abstract class SchemaContract {

    private HikariDataSource database;
    private Schema schema;

    abstract HikariDataSource database();

    @BeforeEach
    void open() {
        database = database();
        schema = new Schema(JdbcTransactions.of(database), "patient_http_");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void creatingTwiceChangesNothing() {
        schema.create();
        schema.create();

        assertThatCode(schema::check).doesNotThrowAnyException();
        assertThat(count("patient_http_schema")).isEqualTo(1);
    }

    @Test
    void processesThatStartAtOnceCreateItOnce() throws Exception {
        var threads = Executors.newFixedThreadPool(4);
        try {
            var barrier = new CyclicBarrier(4);
            var starts = new ArrayList<Future<?>>();
            for (int i = 0; i < 4; i++) {
                starts.add(threads.submit(() -> {
                    barrier.await(10, TimeUnit.SECONDS);
                    new Schema(JdbcTransactions.of(database), "patient_http_").create();
                    return null;
                }));
            }
            for (var start : starts) {
                start.get(30, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(count("patient_http_schema")).isEqualTo(1);
    }

    @Test
    void missingTablesAreNamedWithTheWaysOut() {
        assertThatThrownBy(schema::check)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("patient_http_")
                .hasMessageContaining("Schema.create()")
                .hasMessageContaining("Schema.print()");
    }

    @Test
    void thePrintedScriptIsEnoughAndMayBeRunAgain() {
        execute(schema.print());
        execute(schema.print());

        assertThatCode(schema::check).doesNotThrowAnyException();
        assertThat(count("patient_http_schema WHERE version = " + Schema.VERSION))
                .isEqualTo(1);
    }

    @Test
    void aNewerVersionIsRefusedOnlyIfItIsIncompatible() {
        schema.create();
        execute("UPDATE patient_http_schema SET version = 7");
        assertThatCode(schema::check).doesNotThrowAnyException();
        assertThatCode(schema::create).doesNotThrowAnyException();

        execute("UPDATE patient_http_schema SET compatible_from = 7");

        assertThatThrownBy(schema::check)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("version 7")
                .hasMessageContaining("upgrade Patient HTTP on this node");
        assertThatThrownBy(schema::create).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void thePrefixIsThatOfAllTables() {
        new Schema(JdbcTransactions.of(database), "mine_").create();

        assertThat(count("mine_requests") + count("mine_processes")).isZero();
        assertThatThrownBy(() -> new Schema(JdbcTransactions.of(database), "mine; DROP TABLE x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tablePrefix");
    }

    private int count(String table) {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
            rows.next();
            return rows.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void execute(String sql) {
        try (var connection = database.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
