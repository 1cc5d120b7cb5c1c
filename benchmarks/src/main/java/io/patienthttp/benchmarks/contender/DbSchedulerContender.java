package io.patienthttp.benchmarks.contender;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import io.patienthttp.benchmarks.machine.Options;
import io.patienthttp.dbscheduler.DbSchedulerSchema;
import java.io.Serializable;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** db-scheduler alone: a job for each request, which waits for the answer. */
final class DbSchedulerContender implements Contender {

    private final DataSource pool;
    private final Joining joining;
    private final OneTimeTask<Call> task;
    private final Scheduler scheduler;

    DbSchedulerContender(DataSource pool, Options options, Results results) {
        this.pool = pool;
        this.joining = new Joining(pool);
        var call = new BlockingCall(pool, results);
        this.task = Tasks.oneTime("call", Call.class)
                .execute((job, context) -> call.run(job.getId(), job.getData().url, job.getData().body));
        int threads = options.number("threads");
        var builder = Scheduler.create(joining.dataSource(), task)
                .threads(threads)
                .pollingInterval(Duration.ofSeconds(1))
                .shutdownMaxWait(Duration.ofSeconds(5));
        if (options.is("virtual")) {
            builder.executorService(BlockingCall.virtualThreads());
        }
        switch (options.text("polling")) {
            case "fetch" -> builder.pollUsingFetchAndLockOnExecute(0.5, 3);
            case "lock-and-fetch" -> builder.pollUsingLockAndFetch(0.5, 1);
            default -> throw new IllegalArgumentException(options.text("polling"));
        }
        this.scheduler = builder.build();
    }

    private record Call(String url, String body) implements Serializable {}

    @Override
    public void createTables() {
        DbSchedulerSchema.create(pool, "scheduled_tasks");
    }

    @Override
    public void start() {
        scheduler.start();
    }

    @Override
    public List<String> store(Connection transaction, String url, int count) {
        var ids =
                Stream.generate(() -> UUID.randomUUID().toString()).limit(count).toList();
        var jobs = new ArrayList<TaskInstance<?>>();
        for (int i = 0; i < count; i++) {
            jobs.add(task.instance(ids.get(i), new Call(url, BlockingCall.BODIES.text(i))));
        }
        joining.in(transaction, () -> scheduler.scheduleBatch(jobs, Instant.now()));
        return ids;
    }

    @Override
    public void wake() {
        scheduler.triggerCheckForDueExecutions();
    }

    @Override
    public void close() {
        scheduler.stop();
    }
}
