package io.patienthttp.faults;

import io.patienthttp.dbscheduler.DbSchedulerSchema;
import io.patienthttp.runtime.PatientHttp;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import javax.sql.DataSource;

/** What the tables say: those of Patient HTTP, the engine's, and the deliveries of the application. */
final class Tables {

    private final DataSource database;

    Tables(DataSource database) {
        this.database = database;
    }

    void create(PatientHttp http) {
        DbSchedulerSchema.create(database, "scheduled_tasks");
        http.schema().create();
        execute("CREATE TABLE deliveries (request_id text, kind text, worker text, at timestamptz)");
        execute("CREATE TABLE deaths (request_id text)");
        execute("CREATE TABLE failures (request_id text)");
        execute("CREATE INDEX ON deliveries (request_id)"); // not unique: a second delivery is to be seen
        execute("CREATE TABLE lapses (request_id text, pid bigint)");
        execute("""
                CREATE FUNCTION note_lapse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    INSERT INTO lapses SELECT OLD.id, pid FROM patient_http_processes
                        WHERE id = OLD.owner AND last_seen_at + lease_ms * interval '1 ms' <= clock_timestamp();
                    RETURN NULL;
                END $$""");
        execute("CREATE TRIGGER note_lapse AFTER UPDATE ON patient_http_requests FOR EACH ROW"
                + " WHEN (NEW.recoveries > OLD.recoveries) EXECUTE FUNCTION note_lapse()");
    }

    void execute(String sql) {
        with(connection -> {
            try (var statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        });
    }

    int count(String from) {
        return query("SELECT count(*) FROM " + from, row -> row.getInt(1)).get(0);
    }

    /** Locks the table, also against reading, until the lock is closed. */
    AutoCloseable lock(String table) throws SQLException {
        var connection = database.getConnection();
        connection.setAutoCommit(false);
        connection.createStatement().execute("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
        return () -> {
            connection.rollback();
            connection.close();
        };
    }

    /** The requests that are stored. */
    Set<String> requests() {
        return ids("SELECT id::text FROM patient_http_requests");
    }

    /** The same. */
    List<UUID> ids() {
        return requests().stream().map(UUID::fromString).toList();
    }

    /** The requests that the process owns in flight. */
    Set<String> inFlight(long pid) {
        return ids("""
                SELECT id::text FROM patient_http_requests WHERE state = 'IN_FLIGHT'
                    AND owner IN (SELECT id FROM patient_http_processes WHERE pid = %d)
                """.formatted(pid));
    }

    /** The requests whose callback jobs the process has picked. */
    Set<String> callbacks(long pid) {
        return ids("""
                SELECT split_part(task_instance, ':', 1) FROM scheduled_tasks WHERE picked
                    AND picked_by IN (SELECT engine_name FROM patient_http_processes WHERE pid = %d)
                """.formatted(pid));
    }

    /** Each request to the processes that it was taken from because their lease was over. */
    Map<String, List<Long>> lapses() {
        var lapses = new HashMap<String, List<Long>>();
        query("SELECT request_id, pid FROM lapses", row -> lapses.computeIfAbsent(
                        row.getString(1), id -> new ArrayList<>())
                .add(row.getLong(2)));
        return lapses;
    }

    Set<String> delivered() {
        return ids("SELECT request_id FROM deliveries");
    }

    Set<String> deliveredTwice() {
        return ids("SELECT request_id FROM deliveries GROUP BY request_id HAVING count(*) > 1");
    }

    /** The processes that are registered. */
    Set<String> processes() {
        return ids("SELECT id::text FROM patient_http_processes");
    }

    /** Request to the kind of its outcome: "response", or the failure. */
    Map<String, String> kinds() {
        var kinds = new HashMap<String, String>();
        query("SELECT request_id, kind FROM deliveries", row -> kinds.put(row.getString(1), row.getString(2)));
        return kinds;
    }

    /** Request to the time of its delivery, by the database's clock, which is that of this machine. */
    Map<String, Instant> deliveries() {
        var times = new HashMap<String, Instant>();
        query(
                "SELECT request_id, at FROM deliveries",
                row -> times.put(row.getString(1), row.getTimestamp(2).toInstant()));
        return times;
    }

    /** The most processes that died with any request but these. */
    int highestRecoveries(Set<String> except) {
        return query(
                        "SELECT coalesce(max(recoveries), 0) FROM patient_http_requests WHERE id::text NOT IN ('"
                                + String.join("', '", except) + "')",
                        row -> row.getInt(1))
                .get(0);
    }

    private Set<String> ids(String sql) {
        return new TreeSet<>(query(sql, row -> row.getString(1)));
    }

    private <T> List<T> query(String sql, Row<T> read) {
        return with(connection -> {
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery(sql)) {
                var found = new ArrayList<T>();
                while (rows.next()) {
                    found.add(read.of(rows));
                }
                return found;
            }
        });
    }

    /** Again until it succeeds: the database may be away, or may have closed the connection. */
    private <T> T with(Work<T> work) {
        long deadline = System.nanoTime() + FaultRun.LONG.toNanos();
        while (true) {
            try (var connection = database.getConnection()) {
                return work.on(connection);
            } catch (SQLException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    private interface Row<T> {

        T of(ResultSet row) throws SQLException;
    }

    private interface Work<T> {

        T on(Connection connection) throws SQLException;
    }
}
