package io.patienthttp.dbscheduler;

import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.jdbc.AutodetectJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.DefaultJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.task.SchedulableInstance;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import io.patienthttp.StorageException;
import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.CallbackQueue.JobState;
import io.patienthttp.spi.CallbackRun;
import io.patienthttp.spi.RequestRef;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The callback jobs in db-scheduler's table, written on the caller's connection and never committed here. Rows are
 * touched in the order of their ids. Safe for all threads.
 */
final class JobTable {

    /** Removes the job, unless this run is no longer the current one. */
    private static final String REMOVE = """
            DELETE FROM ${table}
            WHERE task_name = ? AND task_instance = ? AND version = ?
            """;

    /** Which of some jobs exist. */
    private static final String EXISTING = """
            SELECT task_instance FROM ${table}
            WHERE task_name = ? AND task_instance IN (${ids})
            """;

    /** Frees what a dead process was running; the execution time stays, so that it is due at once. */
    private static final String FREE = """
            UPDATE ${table}
            SET picked = false, picked_by = NULL, last_heartbeat = NULL, version = version + 1,
                consecutive_failures = COALESCE(consecutive_failures, 0) + 1, last_failure = CURRENT_TIMESTAMP
            WHERE task_name = ? AND picked = true AND picked_by = ?
            """;

    /** Frees what a living process had picked and will not run. */
    private static final String GIVE_BACK = """
            UPDATE ${table}
            SET picked = false, picked_by = NULL, last_heartbeat = NULL, version = version + 1
            WHERE task_name = ? AND picked = true AND picked_by = ? AND task_instance NOT IN (${ids})
            """;

    /** Executions run in order of their time; a callback comes before what the application scheduled for now. */
    private static final Duration HEAD_START = Duration.ofDays(1);

    /**
     * No job is scheduled further back: a scheduler that does not know our task, such as the one of the previous
     * release, removes all jobs of the task once it meets one that was due 14 days ago (TaskResolver,
     * SchedulerBuilder.deleteUnresolvedAfter).
     */
    private static final Duration LONGEST_PAST = Duration.ofDays(7);

    private static final int IDS_PER_STATEMENT = 500;

    private final TableName name;
    private final String taskName;
    private volatile @Nullable JdbcCustomization customization;
    private volatile boolean countsBatches = true;

    JobTable(TableName name, String taskName, @Nullable JdbcCustomization customization) {
        this.name = name;
        this.taskName = taskName;
        this.customization = customization;
    }

    String name() {
        return name.qualified();
    }

    String taskName() {
        return taskName;
    }

    /** What differs in this database: as configured, else detected once. */
    JdbcCustomization customization(Connection connection) throws SQLException {
        var known = customization;
        if (known == null) {
            // asked here too: where it throws, the detection would fall back to its default for ever
            var database = connection.getMetaData().getDatabaseProductName();
            known = database.equals("H2") // which the detection warns about, and which needs nothing special
                    ? new DefaultJdbcCustomization(false)
                    : new AutodetectJdbcCustomization(new ConnectionDataSource(connection));
            customization = known;
        }
        return known;
    }

    /** Stores them, where they are not yet there. */
    void enqueue(Connection connection, Collection<CallbackJob> jobs, Instant now) {
        if (jobs.isEmpty()) {
            return;
        }
        var notBefore = now.minus(LONGEST_PAST);
        var instances = new ArrayList<SchedulableInstance<?>>(jobs.size());
        jobs.stream()
                .sorted(Comparator.comparing(job -> job.ref().toString()))
                .forEach(job -> instances.add(SchedulableInstance.of(
                        new TaskInstance<Void>(taskName, job.ref().toString()), executionTime(job, notBefore))));
        try {
            var client = SchedulerClient.Builder.create(new ConnectionDataSource(connection))
                    .tableName(name.qualified())
                    .jdbcCustomization(customization(connection))
                    .build();
            if (!storeAll(connection, client, instances)) {
                for (var instance : instances) {
                    storeUnlessThere(connection, client, instance);
                }
            }
        } catch (SQLException | RuntimeException e) {
            throw StorageException.of(
                    "store " + instances.size() + " callback jobs, the first "
                            + instances.get(0).getId(),
                    e);
        }
    }

    private static Instant executionTime(CallbackJob job, Instant notBefore) {
        var time = job.createdAt().minus(HEAD_START);
        return time.isBefore(notBefore) ? notBefore : time;
    }

    /** Stores them in one batch; or none, and false, if one of them is there already. */
    private static boolean storeAll(
            Connection connection, SchedulerClient client, List<SchedulableInstance<?>> instances) throws SQLException {
        var savepoint = connection.setSavepoint();
        try {
            client.scheduleBatch(instances);
        } catch (RuntimeException e) {
            if (!Failures.isDuplicate(e)) {
                throw e;
            }
            connection.rollback(savepoint);
            return false;
        }
        connection.releaseSavepoint(savepoint);
        return true;
    }

    private void storeUnlessThere(Connection connection, SchedulerClient client, SchedulableInstance<?> instance)
            throws SQLException {
        var savepoint = connection.setSavepoint();
        try {
            client.scheduleIfNotExists(instance);
        } catch (RuntimeException e) {
            // somebody stored it between the look and the INSERT; on PostgreSQL the exception no longer says so
            connection.rollback(savepoint);
            if (existing(connection, List.of(instance.getId())).isEmpty()) {
                throw e;
            }
            return;
        }
        connection.releaseSavepoint(savepoint);
    }

    Set<RequestRef> remove(Connection connection, Collection<CallbackRun> runs) {
        var ordered = runs.stream()
                .sorted(Comparator.comparing(run -> run.ref().toString()))
                .toList();
        var removed = new HashSet<RequestRef>();
        try (var statement = connection.prepareStatement(name.in(REMOVE))) {
            statement.setString(1, taskName);
            var batch = countsBatches;
            for (var run : ordered) {
                statement.setString(2, run.ref().toString());
                statement.setLong(3, run.version());
                if (batch) {
                    statement.addBatch();
                } else if (statement.executeUpdate() == 1) {
                    removed.add(run.ref());
                }
            }
            if (batch && !ordered.isEmpty()) {
                var counts = statement.executeBatch();
                for (var i = 0; i < counts.length; i++) {
                    if (counts[i] == Statement.SUCCESS_NO_INFO) {
                        countsBatches = false;
                        throw new SQLException("the driver does not count the rows of a batch; one by one from now on");
                    }
                    if (counts[i] == 1) {
                        removed.add(ordered.get(i).ref());
                    }
                }
            }
            return removed;
        } catch (SQLException e) {
            throw StorageException.of("remove " + ordered.size() + " callback jobs", e);
        }
    }

    Map<RequestRef, JobState> states(Connection connection, Collection<RequestRef> refs) {
        try {
            var ids = refs.stream().map(RequestRef::toString).sorted().toList();
            var existing = existing(connection, ids);
            var states = new HashMap<RequestRef, JobState>();
            for (var ref : refs) {
                states.put(ref, existing.contains(ref.toString()) ? JobState.LIVE : JobState.MISSING);
            }
            return states;
        } catch (SQLException e) {
            throw StorageException.of("look up " + refs.size() + " callback jobs", e);
        }
    }

    private Set<String> existing(Connection connection, List<String> ids) throws SQLException {
        var existing = new HashSet<String>();
        for (var from = 0; from < ids.size(); from += IDS_PER_STATEMENT) {
            var chunk = ids.subList(from, Math.min(ids.size(), from + IDS_PER_STATEMENT));
            try (var statement = connection.prepareStatement(name.in(withIds(EXISTING, chunk.size())))) {
                statement.setString(1, taskName);
                for (var i = 0; i < chunk.size(); i++) {
                    statement.setString(i + 2, chunk.get(i));
                }
                try (var rows = statement.executeQuery()) {
                    while (rows.next()) {
                        existing.add(rows.getString(1));
                    }
                }
            }
        }
        return existing;
    }

    int free(Connection connection, String engineName) {
        try (var statement = connection.prepareStatement(name.in(FREE))) {
            statement.setString(1, taskName);
            statement.setString(2, engineName);
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw StorageException.of("free the callback jobs of engine " + engineName, e);
        }
    }

    /** Gives back what the engine picked, except for the jobs that it still runs. */
    int giveBack(Connection connection, String engineName, Collection<String> running) throws SQLException {
        var ids = running.isEmpty() ? List.of("") : List.copyOf(running);
        try (var statement = connection.prepareStatement(name.in(withIds(GIVE_BACK, ids.size())))) {
            statement.setString(1, taskName);
            statement.setString(2, engineName);
            for (var i = 0; i < ids.size(); i++) {
                statement.setString(i + 3, ids.get(i));
            }
            return statement.executeUpdate();
        }
    }

    private static String withIds(String sql, int count) {
        return sql.replace("${ids}", String.join(", ", Collections.nCopies(count, "?")));
    }
}
