package io.patienthttp.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.RequestState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Clob;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the schema must do on every database. */
abstract class SchemaContract {

    private static final String COLUMNS = """
            SELECT lower(table_name), lower(column_name), ordinal_position, data_type, character_maximum_length,
                is_nullable, column_default, collation_name
            FROM information_schema.columns WHERE lower(table_name) LIKE 'patient\\_http\\_%' ORDER BY 1, 3
            """;

    private HikariDataSource database;
    private Schema schema;

    abstract HikariDataSource database();

    /** A query of all indexes: their names, and what they are on. */
    abstract String indexes();

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
    void tablesOfVersion1AreUpgradedWithTheirRows() {
        var transactions = JdbcTransactions.of(database);
        execute(versionOne(transactions));
        insertARowOfEachState();
        var before = rows("SELECT * FROM patient_http_requests ORDER BY id");
        var installation = rows("SELECT installation_id FROM patient_http_schema");
        assertThatThrownBy(schema::check)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("version 1")
                .hasMessageContaining("Schema.printUpgrade(1)");

        schema.create();
        schema.create();

        assertThatCode(schema::check).doesNotThrowAnyException();
        assertThat(rows("SELECT version, compatible_from FROM patient_http_schema"))
                .containsExactly(List.of(Schema.VERSION, 1));
        assertThat(rows("SELECT installation_id FROM patient_http_schema")).isEqualTo(installation);
        assertThat(rows("SELECT * FROM patient_http_requests ORDER BY id"))
                .hasSize(4)
                .isEqualTo(before);
    }

    @Test
    void theUpgradedTablesAreThoseOfANewInstallation() {
        execute(versionOne(JdbcTransactions.of(database)));
        execute(schema.printUpgrade(1));
        execute(schema.printUpgrade(1));
        var upgraded = rows(COLUMNS);
        var indexes = rows(indexes());

        try (var other = database()) {
            new Schema(JdbcTransactions.of(other), "patient_http_").create();
            assertThat(rows(other, COLUMNS)).hasSizeGreaterThan(40).isEqualTo(upgraded);
            assertThat(rows(other, indexes())).hasSizeGreaterThan(6).isEqualTo(indexes);
        }
        assertThatCode(schema::check).doesNotThrowAnyException();
    }

    @Test
    void tablesOfVersion2AreUpgraded() {
        var transactions = JdbcTransactions.of(database);
        execute(versionOne(transactions));
        execute(script(transactions.dialect().name() + "-upgrade-2.sql"));
        assertThat(count("patient_http_schema WHERE version = 2")).isEqualTo(1);
        assertThatThrownBy(schema::check).hasMessageContaining("Schema.printUpgrade(2)");

        execute(schema.printUpgrade(2));

        assertThatCode(schema::check).doesNotThrowAnyException();
        assertThat(count("patient_http_minutes")).isZero();
    }

    @Test
    void aNewerVersionThatIsCompatibleIsNotTurnedBack() {
        schema.create();
        execute("UPDATE patient_http_schema SET version = 7");

        schema.create();

        assertThat(count("patient_http_schema WHERE version = 7")).isEqualTo(1);
        assertThat(schema.printUpgrade(Schema.VERSION)).isEmpty();
        assertThatThrownBy(() -> schema.printUpgrade(7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("was 7");
    }

    @Test
    void thePrefixIsThatOfAllTables() {
        new Schema(JdbcTransactions.of(database), "mine_").create();

        assertThat(count("mine_requests") + count("mine_processes") + count("mine_payloads") + count("mine_minutes"))
                .isZero();
        assertThatThrownBy(() -> new Schema(JdbcTransactions.of(database), "mine; DROP TABLE x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tablePrefix");
    }

    /** The script as the version before had it. */
    private static String versionOne(JdbcTransactions transactions) {
        return script("version-1/" + transactions.dialect().name() + ".sql");
    }

    private static String script(String resource) {
        try (var script = SchemaContract.class.getResourceAsStream(resource)) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void insertARowOfEachState() {
        for (var state : RequestState.values()) {
            execute("""
                    INSERT INTO patient_http_requests (id, state, epoch, attempt, recoveries, priority, run_at,
                        concurrency_key, cancel_requested, callback, method, host, format, request, created_at)
                    VALUES ('00000000-0000-7000-8000-00000000000%d', '%s', 1, 1, 0, 1, CURRENT_TIMESTAMP,
                        'https://example.org', FALSE, 'callback', 'GET', 'example.org', 1, '{}', CURRENT_TIMESTAMP)
                    """.formatted(state.ordinal(), state));
        }
    }

    private List<List<Object>> rows(String query) {
        return rows(database, query);
    }

    private static List<List<Object>> rows(HikariDataSource database, String query) {
        try (var connection = database.getConnection();
                var statement = connection.createStatement();
                var results = statement.executeQuery(query)) {
            var rows = new ArrayList<List<Object>>();
            while (results.next()) {
                var row = new ArrayList<Object>();
                for (int i = 1; i <= results.getMetaData().getColumnCount(); i++) {
                    var value = results.getObject(i);
                    row.add(value instanceof Clob ? results.getString(i) : value);
                }
                rows.add(row);
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
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
