package io.patienthttp.dbscheduler;

import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.CallbackRun;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.Transaction;
import java.sql.Connection;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/** The table of jobs as a test sees and changes it. */
record Jobs(DataSource dataSource, String table) {

    interface Work<T> {
        T in(Transaction transaction) throws Exception;
    }

    record Row(
            boolean picked, String pickedBy, int failures, long version, Instant executionTime, Instant lastFailure) {}

    static RequestRef newRef() {
        return new RequestRef(UUID.randomUUID(), 1);
    }

    static List<CallbackJob> jobs(RequestRef... refs) {
        var now = Instant.now();
        return Arrays.stream(refs).map(ref -> new CallbackJob(ref, now)).toList();
    }

    <T> T inTransaction(Work<T> work) {
        try (var connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try {
                var result = work.in(new Open(connection));
                connection.commit();
                return result;
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    void enqueue(CallbackQueue queue, RequestRef... refs) {
        inTransaction(transaction -> {
            queue.enqueue(transaction, jobs(refs));
            return null;
        });
    }

    boolean remove(CallbackQueue queue, CallbackRun run) {
        return inTransaction(
                transaction -> queue.remove(transaction, List.of(run)).contains(run.ref()));
    }

    long count() {
        return inTransaction(transaction -> {
            try (var rows = transaction.connection().createStatement().executeQuery("SELECT count(*) FROM " + table)) {
                rows.next();
                return rows.getLong(1);
            }
        });
    }

    Row row(Object id) {
        return find(id).orElseThrow();
    }

    Optional<Row> find(Object id) {
        return inTransaction(transaction -> {
            try (var statement =
                    transaction.connection().prepareStatement("SELECT * FROM " + table + " WHERE task_instance = ?")) {
                statement.setString(1, id.toString());
                var rows = statement.executeQuery();
                if (!rows.next()) {
                    return Optional.empty();
                }
                return Optional.of(new Row(
                        rows.getBoolean("picked"),
                        rows.getString("picked_by"),
                        rows.getInt("consecutive_failures"),
                        rows.getLong("version"),
                        rows.getObject("execution_time", OffsetDateTime.class).toInstant(),
                        Optional.ofNullable(rows.getObject("last_failure", OffsetDateTime.class))
                                .map(OffsetDateTime::toInstant)
                                .orElse(null)));
            }
        });
    }

    /** As if an engine of that name had picked the job and been silent since then. */
    void pick(Object id, String engineName, Instant lastHeartbeat) {
        execute(
                "UPDATE " + table + " SET picked = true, picked_by = ?, last_heartbeat = ?, version = version + 1"
                        + " WHERE task_instance = ?",
                engineName,
                lastHeartbeat.atOffset(ZoneOffset.UTC),
                id.toString());
    }

    void insert(String taskName, String id, Instant executionTime) {
        execute(
                "INSERT INTO " + table
                        + " (task_name, task_instance, execution_time, picked, version) VALUES (?, ?, ?, false, 1)",
                taskName,
                id,
                executionTime.atOffset(ZoneOffset.UTC));
    }

    private void execute(String sql, Object... values) {
        inTransaction(transaction -> {
            try (var statement = transaction.connection().prepareStatement(sql)) {
                for (var i = 0; i < values.length; i++) {
                    statement.setObject(i + 1, values[i]);
                }
                return statement.executeUpdate();
            }
        });
    }

    private record Open(Connection connection) implements Transaction {

        @Override
        public void afterCommit(Runnable action) {
            throw new UnsupportedOperationException();
        }
    }
}
