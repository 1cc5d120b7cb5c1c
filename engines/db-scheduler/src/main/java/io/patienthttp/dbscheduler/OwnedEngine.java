package io.patienthttp.dbscheduler;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.task.Task;
import io.patienthttp.StorageException;
import io.patienthttp.spi.CallbackRunner;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A scheduler that we bring up, for our task alone. db-scheduler cannot start a scheduler twice, so each start builds a
 * new one, under a new name.
 */
final class OwnedEngine implements Engine {

    private static final Logger log = LoggerFactory.getLogger(OwnedEngine.class);

    private static final Duration HEARTBEAT = Duration.ofSeconds(30);
    private static final int MISSED_HEARTBEATS = 20;

    /** How often the clock is compared with the database's: hosts drift by milliseconds meanwhile. */
    private static final Duration LOOK_INTERVAL = Duration.ofMinutes(1);

    /** For dead jobs, heartbeats and looks at the database's clock: none waits for the others. */
    private static final int HOUSEKEEPERS = 3;

    /** How long a callback that was interrupted at the end of the timeout has to react, twice. */
    private static final Duration AFTER_INTERRUPT = Duration.ofMillis(500);

    /** How long each of the two steps after the timeout may take; a scheduler whose polls hang may take 13 s itself. */
    private static final Duration AFTER_TIMEOUT = Duration.ofMillis(1500);

    /** We know our task alone; db-scheduler would remove what others scheduled in the same table. */
    private static final Duration NEVER = Duration.ofDays(36_500);

    private final JobTable table;
    private final DataSource dataSource;
    private final int threads;
    private final Duration pollInterval;
    private final DatabaseClock clock = new DatabaseClock(System::nanoTime);
    private final RunnerGate gate = new RunnerGate();
    private final Task<Void> task;
    private final Object lock = new Object();

    private String name = newName(); // guarded by lock
    private @Nullable Running running; // guarded by lock

    private record Running(String name, Scheduler scheduler, ThreadPoolExecutor workers, CallbackRunner runner) {}

    OwnedEngine(JobTable table, DataSource dataSource, int threads, Duration pollInterval) {
        this.table = table;
        this.dataSource = dataSource;
        this.threads = threads;
        this.pollInterval = pollInterval;
        this.task = CallbackTask.create(table.taskName(), gate);
    }

    /** The name of the current start, or else of the next: it may be recorded before the first job is picked. */
    @Override
    public Optional<String> name() {
        synchronized (lock) {
            return Optional.of(name);
        }
    }

    @Override
    public void start(CallbackRunner runner) {
        gate.bind(runner);
        try {
            var customization = customization();
            Scheduler scheduler;
            synchronized (lock) {
                var workers = workers();
                scheduler = build(name, customization, workers);
                running = new Running(name, scheduler, workers, runner);
            }
            scheduler.start();
        } catch (RuntimeException e) {
            gate.unbind();
            throw e;
        }
    }

    private JdbcCustomization customization() {
        try (var connection = dataSource.getConnection()) {
            clock.look(connection);
            return table.customization(connection);
        } catch (SQLException e) {
            throw StorageException.of("connect to the database of the callback jobs", e);
        }
    }

    private void lookAtClock() {
        try (var connection = dataSource.getConnection()) {
            clock.look(connection);
        } catch (SQLException | RuntimeException e) {
            log.debug("Could not read the database's clock, going on from the last look: {}", e.toString());
        }
    }

    private Scheduler build(String name, JdbcCustomization customization, ThreadPoolExecutor workers) {
        var housekeepers =
                Executors.newScheduledThreadPool(HOUSEKEEPERS, named("patient-http-callback-housekeeping", false));
        housekeepers.scheduleWithFixedDelay(
                this::lookAtClock, LOOK_INTERVAL.toSeconds(), LOOK_INTERVAL.toSeconds(), TimeUnit.SECONDS);
        var builder = Scheduler.create(dataSource, task)
                .clock(clock)
                .schedulerName(new SchedulerName.Fixed(name))
                .tableName(table.name())
                .jdbcCustomization(customization)
                .threads(threads)
                .executorService(workers)
                .dueExecutor(Executors.newSingleThreadExecutor(named("patient-http-callback-poll", false)))
                .housekeeperExecutor(housekeepers)
                .pollingInterval(pollInterval)
                .heartbeatInterval(HEARTBEAT)
                .missedHeartbeatsLimit(MISSED_HEARTBEATS)
                .deleteUnresolvedAfter(NEVER)
                .shutdownMaxWait(AFTER_INTERRUPT)
                .failureLogging(LogLevel.DEBUG, false);
        if (customization.supportsSingleStatementLockAndFetch()) {
            // A job that is picked and waits for a thread has no heartbeat: a longer queue would be taken for dead.
            builder.pollUsingLockAndFetch(1.0, 3.0);
        }
        return builder.build();
    }

    /** Daemons, so that a callback that never ends does not keep the process alive once the poll thread has ended. */
    private ThreadPoolExecutor workers() {
        return new ThreadPoolExecutor(
                threads,
                threads,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                named("patient-http-callback", true),
                new ThreadPoolExecutor.DiscardPolicy()); // only after shutdown; what was picked is given back
    }

    private static ThreadFactory named(String prefix, boolean daemon) {
        var count = new AtomicInteger();
        return work -> {
            var thread = new Thread(work, prefix + "-" + count.incrementAndGet());
            thread.setDaemon(daemon);
            return thread;
        };
    }

    @Override
    public void stop(Duration timeout) {
        Running stopping;
        synchronized (lock) {
            stopping = running;
            running = null;
        }
        if (stopping == null) {
            return;
        }
        stopping.scheduler().pause();
        stopping.workers().shutdown();
        stopping.workers().getQueue().clear();
        awaitEnd(stopping.workers(), timeout);
        // interrupts what still runs, then ends the heartbeats
        Bounded.run("end the scheduler of the callback jobs", AFTER_TIMEOUT, stopping.scheduler()::stop);
        gate.unbind();
        Bounded.run(
                "give back callback jobs, which others run after " + MISSED_HEARTBEATS + " missed heartbeats of "
                        + HEARTBEAT,
                AFTER_TIMEOUT,
                () -> giveBack(stopping));
        synchronized (lock) {
            name = newName();
        }
    }

    private static void awaitEnd(ThreadPoolExecutor workers, Duration timeout) {
        try {
            if (!workers.awaitTermination(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                workers.shutdownNow();
            }
        } catch (InterruptedException e) {
            workers.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    /** So that another process runs at once what this one had picked and not begun; but never what ended and is not removed. */
    private void giveBack(Running stopped) {
        try {
            stopped.runner().flush();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        List<String> stillRunning = stopped.scheduler().getCurrentlyExecuting().stream()
                .map(executing -> executing.getTaskInstance().getId())
                .toList();
        try (var connection = dataSource.getConnection()) {
            var count = table.giveBack(connection, stopped.name(), stillRunning);
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
            log.debug("Gave back {} callback jobs, {} still run", count, stillRunning.size());
        } catch (SQLException e) {
            throw StorageException.of("give back callback jobs", e);
        }
    }

    @Override
    public boolean hasDue() {
        Running current;
        synchronized (lock) {
            current = running;
        }
        return current != null
                && (!current.workers().getQueue().isEmpty()
                        || DueJobs.exist(current.scheduler(), table.taskName(), now()));
    }

    @Override
    public Instant now() {
        return clock.now();
    }

    @Override
    public void wake() {
        Running current;
        synchronized (lock) {
            current = running;
        }
        if (current != null) {
            current.scheduler().triggerCheckForDueExecutions();
        }
    }

    private static String newName() {
        return "ph-" + UUID.randomUUID();
    }
}
