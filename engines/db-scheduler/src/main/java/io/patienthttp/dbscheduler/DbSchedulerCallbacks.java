package io.patienthttp.dbscheduler;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.task.Task;
import io.patienthttp.spi.CallbackQueue;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Runs callbacks as jobs of db-scheduler: of the application's own {@link Scheduler}, or of one that Patient HTTP brings
 * up and stops. The table must exist, in the database of the requests; {@link DbSchedulerSchema} creates it.
 *
 * <pre>{@code
 * DbSchedulerCallbacks callbacks = DbSchedulerCallbacks.create();
 * Scheduler scheduler = Scheduler.create(dataSource, callbacks.task(), mine)
 *     .schedulerName(new SchedulerName.Fixed(name))     // "app-" + UUID.randomUUID()
 *     .build();
 * PatientHttp http = PatientHttp.builder(dataSource)
 *     .callbackQueue(callbacks.on(scheduler, name))     // or callbacks.owned(dataSource)
 *     .build();
 * }</pre>
 *
 * <p>A job is stored and removed in Patient HTTP's own transactions: it exists if and only if there is an outcome to
 * deliver. It is run at least once: again after a failure, and after the death of its process. A run that was overtaken
 * (its job was given to another process meanwhile, because this one seemed dead) may still be at work then, and its
 * end changes nothing. Callbacks run on threads of the scheduler. They are scheduled one day before their request was
 * enqueued, but at most 7 days back, and so come before whatever else is due in the same table, the oldest first; one
 * that failed runs again when its delay is over, in line with the rest.
 *
 * <p>Safe for all threads.
 */
public final class DbSchedulerCallbacks {

    /** What db-scheduler keeps of a name (JdbcTaskRepository.pick). */
    private static final int LONGEST_ENGINE_NAME = 50;

    private final Builder settings;
    private final JobTable table;
    private final RunnerGate gate = new RunnerGate();
    private final Task<Void> task;

    private DbSchedulerCallbacks(Builder builder) {
        settings = new Builder(builder);
        table = new JobTable(settings.tableName, settings.taskName, settings.jdbcCustomization);
        task = CallbackTask.create(settings.taskName, gate);
    }

    /** With all defaults of {@link Builder}. */
    public static DbSchedulerCallbacks create() {
        return builder().build();
    }

    /** For a task name, a table or an owned scheduler that differ from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The task to be given to the application's own scheduler, whose process then runs callbacks; every scheduler of
     * the table should know it, as db-scheduler removes jobs of a task that it has not known for 14 days. While no
     * Patient HTTP is started on this scheduler, jobs that it picks are put off for 5 s at a time, uncounted.
     */
    public Task<Void> task() {
        return task;
    }

    /**
     * Callbacks on the application's scheduler, which was built with {@link #task()}, over the database of the
     * requests, with the same table name and JDBC customization as here. The application starts it before Patient HTTP
     * and stops it after.
     *
     * <p>A scheduler judges by its own clock what is due, and by other processes' heartbeats whose jobs have died. It is
     * the clock of its host, unless the scheduler was built with another ({@code SchedulerBuilder.clock}). The clocks of
     * all schedulers of the table must agree to within a fraction of {@code heartbeatInterval} times {@code
     * missedHeartbeatsLimit}: one that is further ahead runs again what others are running, and counts each as failed.
     *
     * <p>The scheduler's name is not known to Patient HTTP: jobs that die with this process are run again only when
     * db-scheduler notices, by default after 30 minutes ({@code heartbeatInterval} 5 minutes, {@code
     * missedHeartbeatsLimit} 6). {@link #on(Scheduler, String)} is quicker.
     */
    public CallbackQueue on(Scheduler scheduler) {
        return on(scheduler, Optional.empty());
    }

    /**
     * Like {@link #on(Scheduler)}, and the jobs that die with this process are run again as soon as its lease has
     * expired, by default within about a minute.
     *
     * @param engineName the name the scheduler was built with ({@code schedulerName(new SchedulerName.Fixed(name))}),
     *     at most 50 characters. It must be unique to this start of this process, such as {@code "app-" +
     *     UUID.randomUUID()}: by this name the jobs of a dead process are taken away, and a living process of the same
     *     name would lose what it is running. db-scheduler's default, the host's name, is not unique.
     * @throws IllegalArgumentException if the name is blank or too long
     */
    public CallbackQueue on(Scheduler scheduler, String engineName) {
        if (engineName.isBlank() || engineName.length() > LONGEST_ENGINE_NAME) {
            throw new IllegalArgumentException(
                    "engineName must have 1 to " + LONGEST_ENGINE_NAME + " characters, was \"" + engineName + "\"");
        }
        return on(scheduler, Optional.of(engineName));
    }

    private CallbackQueue on(Scheduler scheduler, Optional<String> engineName) {
        return new DbSchedulerQueue(table, new ApplicationEngine(scheduler, gate, engineName, settings.taskName));
    }

    /**
     * Callbacks on a scheduler that starts and stops with Patient HTTP, any number of times. Its name is {@code ph-}
     * and a UUID, new at each start. A missing heartbeat is noticed after 2 minutes; the death of the process, by its
     * lease, sooner. It goes by the clock of the database, so that clocks of hosts may differ. On PostgreSQL jobs are locked and fetched, up to twice as many as there are threads; elsewhere
     * each is locked when it runs.
     *
     * <p>It knows only our task. If the application has a db-scheduler of its own, let that one know {@link #task()},
     * or give this one a table of its own.
     *
     * <p>Stop waits for running callbacks up to the timeout and interrupts them then. Jobs that were not begun are
     * given back, uncounted. The threads, {@code patient-http-callback-*}, keep the process alive until stop, not
     * after it.
     *
     * @param dataSource of the database of the requests; callbacks need none of its connections, but the scheduler
     *     takes one at a time to poll, one for heartbeats, and one per thread at the end of a run that failed
     */
    public CallbackQueue owned(DataSource dataSource) {
        return new DbSchedulerQueue(table, new OwnedEngine(table, dataSource, settings.threads, settings.pollInterval));
    }

    /** Settings. Not safe for several threads. */
    public static final class Builder {

        private String taskName = "patient-http-callback";
        private TableName tableName = new TableName("scheduled_tasks");
        private @Nullable JdbcCustomization jdbcCustomization;
        private int threads = 20;
        private Duration pollInterval = Duration.ofSeconds(1);

        private Builder() {}

        private Builder(Builder other) {
            taskName = other.taskName;
            tableName = other.tableName;
            jdbcCustomization = other.jdbcCustomization;
            threads = other.threads;
            pollInterval = other.pollInterval;
        }

        /**
         * The name of the task, {@code patient-http-callback} by default. All processes on the same requests need the
         * same.
         *
         * @param taskName 1 to 100 characters
         */
        public Builder taskName(String taskName) {
            if (taskName.isBlank() || taskName.length() > 100) {
                throw new IllegalArgumentException("taskName must have 1 to 100 characters, was \"" + taskName + "\"");
            }
            this.taskName = taskName;
            return this;
        }

        /**
         * The table of db-scheduler, {@code scheduled_tasks} by default.
         *
         * @param tableName an SQL identifier, with or without a schema: it becomes part of statements
         */
        public Builder tableName(String tableName) {
            this.tableName = new TableName(tableName);
            return this;
        }

        /** The same as the application's scheduler has, if it has one. By default detected at first use. */
        public Builder jdbcCustomization(JdbcCustomization jdbcCustomization) {
            this.jdbcCustomization = jdbcCustomization;
            return this;
        }

        /**
         * How many callbacks an owned scheduler runs at the same time, 20 by default. Each may hold a connection of the
         * pool, and they end together: more threads need fewer commits.
         *
         * @param threads at least 1
         */
        public Builder threads(int threads) {
            if (threads < 1) {
                throw new IllegalArgumentException("threads must be at least 1, was " + threads);
            }
            this.threads = threads;
            return this;
        }

        /**
         * How often an owned scheduler looks for jobs that another process stored, or that are to be run again; 1 s by
         * default. Jobs of this process do not wait for it.
         *
         * @param pollInterval at least 10 ms
         */
        public Builder pollInterval(Duration pollInterval) {
            if (pollInterval.toMillis() < 10) {
                throw new IllegalArgumentException("pollInterval must be at least PT0.01S, was " + pollInterval);
            }
            this.pollInterval = pollInterval;
            return this;
        }

        /** What these settings describe. Later changes of the builder do not affect it. */
        public DbSchedulerCallbacks build() {
            return new DbSchedulerCallbacks(this);
        }
    }
}
