package io.patienthttp.dbscheduler;

import com.github.kagkarlsson.scheduler.exceptions.ExecutionException;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import io.patienthttp.spi.CallbackRun;
import io.patienthttp.spi.CallbackRunner.Result;
import io.patienthttp.spi.RequestRef;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What db-scheduler runs. Each end of a run is a write that is conditional on the version of the run, so that a late
 * one (its job was freed, revived or removed meanwhile) changes nothing and ends quietly. All times are those of the
 * scheduler's clock, which also judges what is due.
 */
final class CallbackTask {

    private static final Logger log = LoggerFactory.getLogger(CallbackTask.class);

    private static final Duration MALFORMED_DELAY = Duration.ofDays(1);

    private final RunnerGate gate;

    private CallbackTask(RunnerGate gate) {
        this.gate = gate;
    }

    static Task<Void> create(String name, RunnerGate gate) {
        var task = new CallbackTask(gate);
        return Tasks.custom(name, Void.class)
                .onFailure(CallbackTask::onFailure)
                .onDeadExecution(CallbackTask::onDeadExecution)
                .execute(task::execute);
    }

    private CompletionHandler<Void> execute(TaskInstance<Void> instance, ExecutionContext context) {
        var execution = context.getExecution();
        RequestRef ref;
        try {
            ref = RequestRef.parse(instance.getId());
        } catch (IllegalArgumentException e) {
            log.error(
                    "Job {} of task {} is none of ours: its id must be <request id>:<epoch>. It will be tried again in"
                            + " {}; remove it, or find out who made it",
                    instance.getId(),
                    instance.getTaskName(),
                    MALFORMED_DELAY);
            return completion(new Result.Later(MALFORMED_DELAY));
        }
        return completion(gate.run(new CallbackRun(ref, execution.consecutiveFailures, execution.version)));
    }

    private static CompletionHandler<Void> completion(Result result) {
        return (complete, operations) -> {
            if (result instanceof Result.Failed failed) {
                var at = complete.getTimeDone().plus(failed.delay());
                countFailure(complete, operations, at, failed.cause());
            } else if (result instanceof Result.Later later) {
                postpone(complete, operations, complete.getTimeDone().plus(later.delay()));
            }
            // Finished: the runner removed the job, in a batch with others
        };
    }

    /** What an interceptor of the application threw: our own handler throws nothing. */
    private static void onFailure(ExecutionComplete complete, ExecutionOperations<Void> operations) {
        var delay = Backoff.after(complete.getExecution().consecutiveFailures);
        countFailure(
                complete,
                operations,
                complete.getTimeDone().plus(delay),
                complete.getCause().orElse(null));
    }

    /** The process died with it: due again at once, at its old place before the backlog. */
    private static void onDeadExecution(ExecutionComplete complete, ExecutionOperations<Void> operations) {
        countFailure(complete, operations, complete.getExecution().executionTime, null);
    }

    private static void countFailure(
            ExecutionComplete complete, ExecutionOperations<Void> operations, Instant at, @Nullable Throwable cause) {
        var execution = complete.getExecution();
        var now = complete.getTimeDone();
        unlessLate(execution, () -> operations.reschedule(ExecutionComplete.failure(execution, now, now, cause), at));
    }

    /**
     * Reschedules and keeps the count of failures. db-scheduler offers only "0" and "one more", and judges by the
     * execution; so the execution says one less while it asks.
     */
    private static void postpone(ExecutionComplete complete, ExecutionOperations<Void> operations, Instant at) {
        var execution = complete.getExecution();
        execution.consecutiveFailures--;
        try {
            var asBefore = ExecutionComplete.failure(execution, complete.getTimeDone(), execution.lastFailure, null);
            unlessLate(execution, () -> operations.reschedule(asBefore, at));
        } finally {
            execution.consecutiveFailures++;
        }
    }

    /** db-scheduler says that it changed no row, because the version moved on, with this exception. */
    private static void unlessLate(Execution execution, Runnable write) {
        try {
            write.run();
        } catch (ExecutionException e) {
            log.debug(
                    "Run {} of callback job {} ended late: the job was freed or removed meanwhile",
                    execution.version,
                    execution.getId(),
                    e);
        }
    }
}
