package io.patienthttp.benchmarks.contender;

import io.patienthttp.benchmarks.machine.Options;
import io.patienthttp.benchmarks.server.Payload;
import io.patienthttp.benchmarks.server.SlowServer;
import io.patienthttp.dbscheduler.DbSchedulerSchema;
import io.patienthttp.jdbc.JdbcTransactions;
import io.patienthttp.jdbc.Schema;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.sql.DataSource;

/**
 * The limit in the database: a request's row and its job's row stored, claimed, completed and deleted by the simplest
 * statements on the same tables, in large batches, with no HTTP, no engine, and nothing checked.
 */
final class HandWritten implements Contender {

    private static final int BATCH = 250;
    private static final Payload ANSWERS = Payload.of(2, SlowServer.ANSWER);

    private static final String INSERT = """
            INSERT INTO patient_http_requests (id, state, epoch, attempt, recoveries, priority, run_at, concurrency_key,
                cancel_requested, callback, method, host, format, request, created_at)
            VALUES (?, 'PENDING', 0, 1, 0, 1, now(), '', FALSE, 'callback', 'POST', '127.0.0.1', 1, ?, now())
            """;
    private static final String CLAIM = """
            UPDATE patient_http_requests r SET state = 'IN_FLIGHT', owner = ?, epoch = 1, claimed_at = now()
            FROM (SELECT id FROM patient_http_requests WHERE state = 'PENDING' AND priority = 1 AND run_at <= now()
                ORDER BY run_at LIMIT ? FOR UPDATE SKIP LOCKED) due
            WHERE r.id = due.id RETURNING r.id, r.request
            """;
    private static final String COMPLETE = """
            UPDATE patient_http_requests r
            SET state = 'COMPLETED', owner = NULL, completed_at = now(), outcome = done.outcome
            FROM unnest(?::uuid[], ?::text[]) AS done (id, outcome) WHERE r.id = done.id
            """;
    private static final String INSERT_JOBS = """
            INSERT INTO scheduled_tasks (task_name, task_instance, execution_time, picked, version)
            SELECT 'callback', id::text, now(), FALSE, 1 FROM unnest(?::uuid[]) AS done (id)
            """;
    private static final String DELETE_JOBS =
            "DELETE FROM scheduled_tasks WHERE task_name = 'callback' AND task_instance = ANY (?::text[])";
    private static final String DELETE = "DELETE FROM patient_http_requests WHERE id = ANY (?::uuid[])";

    private final DataSource pool;
    private final Results results;
    private final boolean storesResults;
    private final ExecutorService workers;
    private final ExecutorService callbacks;
    private final int threads;

    HandWritten(DataSource pool, Options options, Results results) {
        this.pool = pool;
        this.results = results;
        this.storesResults = options.is("results");
        this.threads = options.number("threads");
        this.workers = Executors.newFixedThreadPool(threads);
        this.callbacks = Executors.newFixedThreadPool(options.number("callback-threads"));
    }

    @Override
    public void createTables() {
        new Schema(JdbcTransactions.of(pool), "patient_http_").create();
        DbSchedulerSchema.create(pool, "scheduled_tasks");
    }

    @Override
    public void start() {
        // Begins when it is woken.
    }

    @Override
    public List<String> store(Connection transaction, String url, int count) throws SQLException {
        try (var insert = transaction.prepareStatement(INSERT)) {
            for (int i = 0; i < count; i++) {
                insert.setObject(1, UUID.randomUUID());
                insert.setString(2, BlockingCall.BODIES.text(i));
                insert.addBatch();
            }
            insert.executeBatch();
        }
        return List.of();
    }

    @Override
    public void wake() {
        for (int i = 0; i < threads; i++) {
            workers.execute(this::work);
        }
    }

    private void work() {
        try (var connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            while (true) {
                var ids = claim(connection);
                connection.commit();
                if (ids.isEmpty()) {
                    return;
                }
                var array = ids.toArray(UUID[]::new);
                var outcomes = Stream.iterate(0, i -> i + 1)
                        .limit(array.length)
                        .map(ANSWERS::text)
                        .toArray(String[]::new);
                update(connection, COMPLETE, array, outcomes);
                update(connection, INSERT_JOBS, (Object) array);
                connection.commit();
                if (storesResults) {
                    storeResults(ids);
                }
                update(connection, DELETE_JOBS, (Object)
                        ids.stream().map(UUID::toString).toArray(String[]::new));
                update(connection, DELETE, (Object) array);
                connection.commit();
                ids.forEach(id -> results.committed());
            }
        } catch (SQLException e) {
            results.fail();
            throw new IllegalStateException(e);
        }
    }

    private List<UUID> claim(Connection connection) throws SQLException {
        var ids = new ArrayList<UUID>();
        try (var claim = connection.prepareStatement(CLAIM)) {
            claim.setObject(1, new UUID(0, 1));
            claim.setInt(2, BATCH);
            try (var rows = claim.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getObject(1, UUID.class));
                    rows.getString(2);
                }
            }
        }
        return ids;
    }

    private static void update(Connection connection, String sql, Object... parameters) throws SQLException {
        try (var update = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                update.setObject(i + 1, parameters[i]);
            }
            update.executeUpdate();
        }
    }

    /** As callbacks do: each row in a commit of its own, many at a time. */
    private void storeResults(List<UUID> ids) {
        var stored =
                ids.stream().map(id -> callbacks.submit(() -> storeResult(id))).toList();
        for (var one : stored) {
            try {
                one.get();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private Void storeResult(UUID id) throws SQLException {
        try (var connection = pool.getConnection()) {
            results.insert(connection, id.toString(), 200, ANSWERS.bytes(0));
        }
        return null;
    }

    @Override
    public void close() throws InterruptedException {
        workers.shutdown();
        callbacks.shutdown();
        workers.awaitTermination(10, TimeUnit.SECONDS);
    }
}
