package io.patienthttp.dbscheduler;

import static io.patienthttp.dbscheduler.Jobs.jobs;
import static io.patienthttp.dbscheduler.Jobs.newRef;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.SystemClock;
import com.github.kagkarlsson.scheduler.TaskResolver;
import com.github.kagkarlsson.scheduler.event.ExecutionInterceptor;
import com.github.kagkarlsson.scheduler.event.SchedulerListeners;
import com.github.kagkarlsson.scheduler.jdbc.DefaultJdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.JdbcTaskRepository;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.StorageException;
import io.patienthttp.StorageException.Reason;
import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.CallbackQueue.JobState;
import io.patienthttp.spi.CallbackRun;
import io.patienthttp.spi.CallbackRunner;
import io.patienthttp.spi.CallbackRunner.Result;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.Transaction;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.data.TemporalUnitOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What the callback queue promises on every database. */
@Isolated // it reads the log
abstract class DbSchedulerCallbacksContract {

    private static final Duration CAP = Duration.ofSeconds(10);
    private static final String TASK = "patient-http-callback";

    private final List<Runnable> atEnd = new ArrayList<>();
    private HikariDataSource dataSource;
    private Jobs jobs;

    abstract HikariDataSource newDatabase();

    @BeforeEach
    void createTable() {
        dataSource = newDatabase();
        DbSchedulerSchema.create(dataSource, "scheduled_tasks");
        jobs = new Jobs(dataSource, "scheduled_tasks");
    }

    @AfterEach
    void stopAll() {
        atEnd.forEach(Runnable::run);
        dataSource.close();
    }

    // storing

    @Test
    void aRollbackLeavesNoJob() {
        var queue = idle();

        assertThatThrownBy(() -> jobs.inTransaction(transaction -> {
                    queue.enqueue(transaction, jobs(newRef(), newRef()));
                    throw new IllegalStateException("rolled back");
                }))
                .hasMessage("rolled back");

        assertThat(jobs.count()).isZero();
    }

    @Test
    void aJobIsDueADayBeforeItsRequestWasEnqueuedButAtMostSevenDaysBack() {
        var queue = idle();
        var young = newRef();
        var old = newRef();
        var now = Instant.now();

        jobs.inTransaction(transaction -> {
            queue.enqueue(
                    transaction,
                    List.of(new CallbackJob(young, now), new CallbackJob(old, now.minus(Duration.ofDays(30)))));
            return null;
        });

        assertThat(jobs.row(young).executionTime()).isCloseTo(now.minus(Duration.ofDays(1)), within(1));
        assertThat(jobs.row(old).executionTime()).isCloseTo(now.minus(Duration.ofDays(7)), within(10_000));
    }

    @Test
    void aJobThatIsThereIsLeftAndTheOthersOfItsBatchAreStoredInATransactionThatGoesOn() {
        var queue = idle();
        var there = newRef();
        var refs = new RequestRef[] {newRef(), there, newRef()};
        jobs.enqueue(queue, there);
        jobs.pick(there, "somebody", Instant.now());
        var before = jobs.row(there);

        var states = jobs.inTransaction(transaction -> {
            queue.enqueue(transaction, jobs(refs));
            return queue.states(transaction, Arrays.asList(refs));
        });

        assertThat(states).hasSize(3).containsOnlyKeys(refs).doesNotContainValue(JobState.MISSING);
        assertThat(jobs.count()).isEqualTo(3);
        assertThat(jobs.row(there)).isEqualTo(before);
    }

    @Test
    void aJobThatTwoTransactionsStoreAtOnceIsStoredOnceAndBothCommit() throws Exception {
        var queue = idle();
        var shared = newRef();
        var barrier = new CyclicBarrier(2);

        race(
                2,
                () -> jobs.inTransaction(transaction -> {
                    barrier.await(10, TimeUnit.SECONDS);
                    queue.enqueue(transaction, jobs(shared, newRef()));
                    return null;
                }));

        assertThat(jobs.count()).isEqualTo(3);
    }

    @Test
    void anEmptyBatchDoesNothing() {
        var queue = idle();

        jobs.inTransaction(transaction -> {
            queue.enqueue(transaction, List.of());
            assertThat(queue.remove(transaction, List.of())).isEmpty();
            assertThat(queue.states(transaction, List.of())).isEmpty();
            return null;
        });

        assertThat(jobs.count()).isZero();
    }

    @Test
    void aFailureOfTheDatabaseIsReportedAndNotTakenForADuplicate() {
        var queue = DbSchedulerCallbacks.builder().tableName("missing").build().owned(dataSource);

        assertThatThrownBy(() -> jobs.enqueue(queue, newRef()))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE));
    }

    @Test
    void statesTellLiveJobsFromMissingOnes() {
        var queue = idle();
        var refs = IntStream.range(0, 1_100).mapToObj(i -> newRef()).toArray(RequestRef[]::new);
        jobs.enqueue(queue, refs);
        var missing = newRef();
        var asked = new ArrayList<>(Arrays.asList(refs));
        asked.add(missing);

        var states = jobs.inTransaction(transaction -> queue.states(transaction, asked));

        assertThat(states).hasSize(1_101).containsEntry(missing, JobState.MISSING);
        assertThat(states.values().stream().filter(JobState.LIVE::equals)).hasSize(1_100);
    }

    @Test
    void removalTakesTheCurrentRunAndNoStaleOne() {
        var queue = idle();
        var current = newRef();
        var stale = newRef();
        jobs.enqueue(queue, current, stale);

        var removed = jobs.inTransaction(transaction -> queue.remove(
                transaction,
                List.of(
                        new CallbackRun(current, 0, jobs.row(current).version()),
                        new CallbackRun(stale, 0, jobs.row(stale).version() - 1))));

        assertThat(removed).containsExactly(current);
        assertThat(jobs.find(current)).isEmpty();
        assertThat(jobs.find(stale)).isPresent();
    }

    @Test
    void removalGoesOneByOneOnceTheDriverDidNotCountABatch() {
        var queue = idle();
        var ref = newRef();
        jobs.enqueue(queue, ref);
        var runs = List.of(new CallbackRun(ref, 0, 1), new CallbackRun(newRef(), 0, 1));

        assertThatThrownBy(() -> jobs.inTransaction(transaction -> {
                    var connection = withoutBatchCounts(transaction.connection());
                    return queue.remove(transactionOn(connection), runs);
                }))
                .isInstanceOf(StorageException.class);
        var removed = jobs.inTransaction(
                transaction -> queue.remove(transactionOn(withoutBatchCounts(transaction.connection())), runs));

        assertThat(removed).containsExactly(ref);
    }

    // running

    @Test
    void aCommittedJobRunsWithinASecondOfTheWakeHoweverLongThePollInterval() {
        var queue = owned(slow());
        var runner = new ScriptedRunner(jobs, queue);
        queue.start(runner);
        var warmUp = newRef();
        jobs.enqueue(queue, warmUp);
        queue.wake();
        await().atMost(CAP).until(() -> jobs.count() == 0);
        var ref = newRef();

        jobs.enqueue(queue, ref);
        queue.wake();

        await().atMost(Duration.ofSeconds(1)).until(() -> runner.runs().size() == 2);
        assertThat(runner.runs().get(1).ref()).isEqualTo(ref);
    }

    @Test
    void aWakeBeforeTheStartIsNoError() {
        idle().wake();
    }

    @Test
    void aFinishedRunWhoseJobTheRunnerRemovedLeavesNoRowAndNoErrorInTheLog() throws Exception {
        var queue = owned(quick());
        var runner = new ScriptedRunner(jobs, queue);
        queue.start(runner);

        var log = logOf(() -> {
            jobs.enqueue(queue, newRef(), newRef());
            queue.wake();
            await().atMost(CAP).until(() -> jobs.count() == 0);
            queue.stop(CAP);
        });

        assertThat(runner.runs()).hasSize(2);
        assertThat(log).doesNotContain("ERROR", "WARN");
    }

    @Test
    void failuresAreCountedAndRunAgainAfterTheirDelay() throws Exception {
        var queue = owned(quick());
        var runner = new ScriptedRunner(jobs, queue)
                .then(run -> new Result.Failed(new IllegalStateException("first"), Duration.ofMillis(1)))
                .then(run -> new Result.Failed(new AssertionError("second"), Duration.ofMillis(1)))
                .then(run -> new Result.Failed(new IllegalStateException("third"), Duration.ofHours(1)));
        queue.start(runner);
        var ref = newRef();

        var log = logOf(() -> {
            jobs.enqueue(queue, ref);
            queue.wake();
            await().atMost(CAP).until(() -> jobs.row(ref).failures() == 3);
        });

        assertThat(runner.failures()).containsExactly(0, 1, 2);
        assertThat(jobs.row(ref).picked()).isFalse();
        assertThat(jobs.row(ref).executionTime()).isCloseTo(Instant.now().plus(Duration.ofHours(1)), within(10_000));
        assertThat(jobs.row(ref).lastFailure()).isCloseTo(Instant.now(), within(10_000));
        assertThat(log).doesNotContain("ERROR", "WARN");
    }

    @Test
    void laterKeepsTheCountOfFailures() {
        var queue = owned(quick());
        var runner = new ScriptedRunner(jobs, queue)
                .then(run -> new Result.Later(Duration.ofMillis(1)))
                .then(run -> new Result.Failed(new IllegalStateException("once"), Duration.ofMillis(1)))
                .then(run -> new Result.Failed(new IllegalStateException("twice"), Duration.ofMillis(1)))
                .then(run -> new Result.Later(Duration.ofMillis(1)))
                .then(run -> new Result.Later(Duration.ofHours(1)));
        queue.start(runner);
        var ref = newRef();

        jobs.enqueue(queue, ref);
        queue.wake();

        await().atMost(CAP)
                .until(() -> runner.runs().size() == 5 && !jobs.row(ref).picked());
        assertThat(runner.failures()).containsExactly(0, 0, 1, 2, 2);
        assertThat(jobs.row(ref).failures()).isEqualTo(2);
        assertThat(jobs.row(ref).executionTime()).isCloseTo(Instant.now().plus(Duration.ofHours(1)), within(10_000));
        assertThat(jobs.row(ref).lastFailure()).isNotNull();
    }

    @Test
    void whateverARunnerThrowsCountsAsAFailure() {
        var queue = owned(quick());
        queue.start(run -> {
            throw new AssertionError("a runner never throws");
        });
        var ref = newRef();

        jobs.enqueue(queue, ref);
        queue.wake();

        await().atMost(CAP).until(() -> jobs.row(ref).failures() == 1);
        assertThat(jobs.row(ref).picked()).isFalse();
        assertThat(jobs.row(ref).executionTime()).isCloseTo(Instant.now().plusSeconds(5), within(5_000));
    }

    @Test
    void aJobWhoseIdIsNotOursIsReportedAndPutOffNeverRemoved() throws Exception {
        var queue = owned(quick());
        var runner = new ScriptedRunner(jobs, queue);
        jobs.insert(TASK, "not-ours", Instant.now().minusSeconds(1));

        var log = logOf(() -> {
            queue.start(runner);
            await().atMost(CAP).until(() -> jobs.row("not-ours").version() == 3);
        });

        assertThat(runner.runs()).isEmpty();
        assertThat(jobs.row("not-ours").executionTime())
                .isCloseTo(Instant.now().plus(Duration.ofDays(1)), within(10_000));
        assertThat(log).contains("ERROR").contains("not-ours");
    }

    @Test
    void callbacksOvertakeABacklogOfTheApplication() {
        var others = new AtomicInteger();
        var own = Tasks.oneTime("own").execute((instance, context) -> others.incrementAndGet());
        var callbacks = quick().build();
        var scheduler = scheduler(callbacks, own);
        scheduler.scheduleBatch(IntStream.range(0, 5_000).mapToObj(i -> own.instance("own-" + i)), Instant.now());
        var queue = callbacks.on(scheduler);
        var seen = new AtomicInteger(-1);
        var runner = new ScriptedRunner(jobs, queue);
        runner.then(run -> {
            seen.set(others.get());
            return runner.finish(run);
        });
        queue.start(runner);
        jobs.enqueue(queue, newRef());

        scheduler.start();

        await().atMost(CAP).until(() -> seen.get() >= 0);
        assertThat(seen.get()).isLessThan(100);
    }

    // an application's own scheduler

    @Test
    void anApplicationsSchedulerRunsCallbacksBesideItsOwnTasks() {
        var others = new AtomicInteger();
        var own = Tasks.oneTime("own").execute((instance, context) -> others.incrementAndGet());
        var callbacks = DbSchedulerCallbacks.create();
        var scheduler = scheduler(callbacks, own);
        var queue = callbacks.on(scheduler, "app-1");
        var runner = new ScriptedRunner(jobs, queue);
        scheduler.start();
        queue.start(runner);

        jobs.enqueue(queue, newRef());
        scheduler.scheduleIfNotExists(own.instance("1"), Instant.now());
        queue.wake();

        await().atMost(CAP).until(() -> others.get() == 1 && jobs.count() == 0);
        assertThat(runner.runs()).hasSize(1);
        assertThat(queue.engineName()).contains("app-1");
        assertThat(callbacks.on(scheduler).engineName()).isEmpty();
    }

    @Test
    void aJobThatMeetsNoRunnerIsPutOffUncounted() {
        var callbacks = DbSchedulerCallbacks.create();
        var scheduler = scheduler(callbacks);
        var queue = callbacks.on(scheduler);
        var ref = newRef();
        jobs.enqueue(queue, ref);

        scheduler.start();

        await().atMost(CAP).until(() -> jobs.row(ref).version() == 3);
        assertThat(jobs.row(ref).failures()).isZero();
        assertThat(jobs.row(ref).executionTime()).isCloseTo(Instant.now().plusSeconds(5), within(5_000));
    }

    @Test
    void stopOnAnApplicationsSchedulerWaitsForItsCallbacksAndLeavesItRunning() throws Exception {
        var callbacks = DbSchedulerCallbacks.create();
        var scheduler = scheduler(callbacks);
        var queue = callbacks.on(scheduler);
        var began = new CountDownLatch(1);
        var proceed = new CountDownLatch(1);
        var runner = new ScriptedRunner(jobs, queue);
        runner.then(run -> {
            began.countDown();
            awaitUninterruptibly(proceed);
            return runner.finish(run);
        });
        scheduler.start();
        queue.start(runner);
        jobs.enqueue(queue, newRef());
        queue.wake();
        assertThat(began.await(10, TimeUnit.SECONDS)).isTrue();

        queue.stop(Duration.ofMillis(100));
        assertThat(jobs.count()).isEqualTo(1);
        var stopping = Executors.newSingleThreadExecutor();
        queue.start(runner);
        var stopped = stopping.submit(() -> queue.stop(CAP));
        await().during(Duration.ofMillis(500)).atMost(CAP).until(() -> !stopped.isDone());
        proceed.countDown();
        stopped.get(10, TimeUnit.SECONDS);
        stopping.shutdown();

        await().atMost(CAP).until(() -> jobs.count() == 0);
        assertThat(scheduler.getSchedulerState().isShuttingDown()).isFalse();
    }

    @Test
    void whatAnInterceptorOfTheApplicationThrowsCountsAsAFailure() {
        ExecutionInterceptor broken = (instance, context, chain) -> {
            throw new IllegalStateException("broken interceptor");
        };
        var callbacks = DbSchedulerCallbacks.create();
        var scheduler = Scheduler.create(dataSource, callbacks.task())
                .addExecutionInterceptor(broken)
                .build();
        atEnd.add(scheduler::stop);
        var queue = callbacks.on(scheduler);
        var ref = newRef();
        queue.start(new ScriptedRunner(jobs, queue));
        jobs.enqueue(queue, ref);

        scheduler.start();

        await().atMost(CAP).until(() -> jobs.row(ref).failures() == 1);
        assertThat(jobs.row(ref).executionTime()).isCloseTo(Instant.now().plusSeconds(5), within(5_000));
    }

    // dead processes

    @Test
    void freeTakesOurJobsUnderThatNameAndCountsTheFailure() {
        var queue = idle();
        var dead = newRef();
        var alive = newRef();
        var waiting = newRef();
        jobs.enqueue(queue, dead, alive, waiting);
        jobs.insert("own", "1", Instant.now());
        jobs.pick(dead, "ph-dead", Instant.now());
        jobs.pick(alive, "ph-alive", Instant.now());
        jobs.pick("1", "ph-dead", Instant.now());
        var due = jobs.row(dead).executionTime();

        int freed = jobs.inTransaction(transaction -> queue.free(transaction, "ph-dead"));

        assertThat(freed).isEqualTo(1);
        assertThat(jobs.row(dead).picked()).isFalse();
        assertThat(jobs.row(dead).pickedBy()).isNull();
        assertThat(jobs.row(dead).version()).isEqualTo(3);
        assertThat(jobs.row(dead).failures()).isEqualTo(1);
        assertThat(jobs.row(dead).lastFailure()).isCloseTo(Instant.now(), within(10_000));
        assertThat(jobs.row(dead).executionTime()).isEqualTo(due);
        assertThat(jobs.row(alive).picked()).isTrue();
        assertThat(jobs.row("1").picked()).isTrue();
        assertThat(jobs.row(waiting).version()).isEqualTo(1);
    }

    @Test
    void aRunWhoseJobWasFreedEndsQuietlyAndChangesNothing() throws Exception {
        for (var result : List.of(
                new Result.Failed(new IllegalStateException("late"), Duration.ZERO),
                new Result.Later(Duration.ZERO),
                new Result.Finished())) {
            var queue = owned(slow().threads(1));
            var began = new CountDownLatch(1);
            var proceed = new CountDownLatch(1);
            queue.start(run -> {
                began.countDown();
                awaitUninterruptibly(proceed);
                return result;
            });
            var ref = newRef();

            var log = logOf(() -> {
                jobs.enqueue(queue, ref);
                queue.wake();
                assertThat(began.await(10, TimeUnit.SECONDS)).isTrue();
                assertThat(jobs.<Integer>inTransaction(transaction ->
                                queue.free(transaction, queue.engineName().orElseThrow())))
                        .isEqualTo(1);
                jobs.pick(ref, "another", Instant.now());
                proceed.countDown();
                queue.stop(CAP);
            });

            assertThat(jobs.row(ref).failures()).isEqualTo(1);
            assertThat(jobs.row(ref).pickedBy()).isEqualTo("another");
            assertThat(log).doesNotContain("ERROR", "WARN");
        }
    }

    @Test
    void aJobThatDiedWithItsProcessIsRevivedAtItsPlaceAndCounted() {
        var queue = owned(quick());
        var ref = newRef();
        jobs.enqueue(queue, ref);
        jobs.pick(ref, "dead", Instant.now().minus(Duration.ofHours(1)));
        var due = jobs.row(ref).executionTime();
        var seen = new ArrayList<Instant>();
        var runner = new ScriptedRunner(jobs, queue);
        runner.then(run -> {
            seen.add(jobs.row(ref).executionTime());
            return runner.finish(run);
        });

        queue.start(runner);

        await().atMost(CAP).until(() -> jobs.count() == 0);
        assertThat(runner.failures()).containsExactly(1);
        assertThat(seen).containsExactly(due);
    }

    @Test
    void aJobThatAnotherProcessRevivedFirstIsLeftQuietly() throws Exception {
        var task = CallbackTask.create(TASK, new RunnerGate());
        var queue = idle();
        var ref = newRef();
        jobs.enqueue(queue, ref);
        var stale = new Execution(
                Instant.now(),
                new TaskInstance<Void>(TASK, ref.toString()),
                true,
                "dead",
                null,
                null,
                0,
                Instant.now(),
                99);
        var before = jobs.row(ref);

        var log = logOf(() -> handleDead(task, stale));

        assertThat(jobs.row(ref)).isEqualTo(before);
        assertThat(log).doesNotContain("ERROR", "WARN");
    }

    // settings and lifecycle

    @Test
    void anotherTableAndAnotherTaskNameAreUsedForEverything() {
        DbSchedulerSchema.create(dataSource, "my_jobs");
        var mine = new Jobs(dataSource, "my_jobs");
        var queue = owned(quick().tableName("my_jobs").taskName("mine"));
        var runner = new ScriptedRunner(mine, queue)
                .then(run -> new Result.Later(Duration.ofMillis(1)))
                .then(run -> new Result.Failed(new IllegalStateException(), Duration.ofMillis(1)));
        var ref = newRef();
        mine.enqueue(queue, ref);
        assertThat(mine.count()).isEqualTo(1);
        assertThat(jobs.count()).isZero();

        queue.start(runner);

        await().atMost(CAP).until(() -> mine.count() == 0);
        assertThat(runner.failures()).containsExactly(0, 0, 1);
    }

    @Test
    void anOwnedEngineRestartsUnderANewName() {
        var queue = owned(slow());
        var names = new ArrayList<Optional<String>>();

        for (var i = 0; i < 3; i++) {
            var runner = new ScriptedRunner(jobs, queue);
            names.add(queue.engineName());
            queue.start(runner);
            assertThat(queue.engineName()).isEqualTo(names.get(i));
            jobs.enqueue(queue, newRef());
            queue.wake();
            await().atMost(CAP).until(() -> jobs.count() == 0);
            queue.stop(CAP);
            assertThat(runner.runs()).hasSize(1);
        }

        assertThat(names).doesNotHaveDuplicates().allSatisfy(name -> assertThat(name.orElseThrow())
                .startsWith("ph-")
                .hasSizeLessThanOrEqualTo(50));
    }

    @Test
    void aQueueThatIsStartedRefusesASecondStartAndAStoppedOneStopsAgain() {
        var queue = owned(quick());
        queue.start(new ScriptedRunner(jobs, queue));

        assertThatThrownBy(() -> queue.start(new ScriptedRunner(jobs, queue)))
                .isInstanceOf(IllegalStateException.class);

        queue.stop(CAP);
        queue.stop(CAP);
    }

    @Test
    void aStartThatFindsNoDatabaseFailsAndMayBeRepeated() {
        var broken = new HikariDataSource();
        broken.close();
        var queue = DbSchedulerCallbacks.create().owned(broken);

        assertThatThrownBy(() -> queue.start(run -> new Result.Finished())).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> queue.start(run -> new Result.Finished())).isInstanceOf(StorageException.class);
    }

    @Test
    void stopWaitsForARunningCallbackAndItsEndIsRecorded() throws Exception {
        var queue = owned(slow().threads(1));
        var began = new CountDownLatch(1);
        var proceed = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        queue.start(run -> {
            began.countDown();
            try {
                proceed.await();
                return new Result.Failed(new IllegalStateException("at the end"), Duration.ofHours(1));
            } catch (InterruptedException e) {
                interrupted.countDown();
                return new Result.Later(Duration.ofHours(1));
            }
        });
        var ref = newRef();
        jobs.enqueue(queue, ref);
        queue.wake();
        assertThat(began.await(10, TimeUnit.SECONDS)).isTrue();

        var stopping = Executors.newSingleThreadExecutor();
        var stopped = stopping.submit(() -> queue.stop(CAP));
        await().during(Duration.ofSeconds(1)).atMost(CAP).until(() -> !stopped.isDone() && interrupted.getCount() == 1);
        proceed.countDown();
        stopped.get(10, TimeUnit.SECONDS);
        stopping.shutdown();

        assertThat(jobs.row(ref).failures()).isEqualTo(1);
        assertThat(jobs.row(ref).picked()).isFalse();
    }

    @Test
    void stopInterruptsACallbackThatOutlastsTheTimeoutAndGivesBackWhatWasNotBegun() throws Exception {
        var queue = owned(slow().threads(1));
        var began = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        var proceed = new CountDownLatch(1);
        var first = new ArrayList<RequestRef>();
        queue.start(run -> {
            first.add(run.ref());
            began.countDown();
            try {
                proceed.await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            awaitUninterruptibly(proceed);
            return new Result.Later(Duration.ofHours(1));
        });
        var refs = new RequestRef[] {newRef(), newRef(), newRef()};
        jobs.enqueue(queue, refs);
        queue.wake();
        assertThat(began.await(10, TimeUnit.SECONDS)).isTrue();

        queue.stop(Duration.ofMillis(100));

        assertThat(interrupted.getCount()).isZero();
        assertThat(first).hasSize(1);
        assertThat(jobs.row(first.get(0)).picked()).isTrue();
        for (var ref : refs) {
            if (!ref.equals(first.get(0))) {
                assertThat(jobs.row(ref).picked()).isFalse();
                assertThat(jobs.row(ref).failures()).isZero();
            }
        }
        assertThat(threads("patient-http-callback").stream().filter(thread -> !thread.isDaemon()))
                .isEmpty();
        proceed.countDown();
        await().atMost(CAP).until(() -> !jobs.row(first.get(0)).picked());
    }

    @Test
    void stopGivesBackNoJobWhoseRunHasEndedBeforeItsRemovalIsWritten() {
        var queue = owned(slow().threads(1));
        var ended = new CopyOnWriteArrayList<CallbackRun>();
        queue.start(new CallbackRunner() {
            @Override
            public Result run(CallbackRun run) {
                ended.add(run);
                return new Result.Finished();
            }

            @Override
            public void flush() {
                ended.forEach(run -> {
                    assertThat(jobs.row(run.ref()).picked()).isTrue();
                    jobs.remove(queue, run);
                });
            }
        });
        jobs.enqueue(queue, newRef(), newRef());
        queue.wake();
        await().atMost(CAP).until(() -> ended.size() == 2);

        queue.stop(CAP);

        assertThat(jobs.count()).isZero();
    }

    // schema

    @Test
    void theTableIsCreatedOnceByManyProcessesAndLeftAloneAfterwards() throws Exception {
        assertThat(DbSchedulerSchema.exists(dataSource, "fresh")).isFalse();
        assertThat(DbSchedulerSchema.exists(dataSource, "no_such_schema.fresh")).isFalse();

        for (var i = 0; i < 10; i++) {
            var table = "fresh_" + i;
            var barrier = new CyclicBarrier(8);

            var created = race(8, () -> {
                barrier.await(10, TimeUnit.SECONDS);
                return DbSchedulerSchema.create(dataSource, table);
            });

            assertThat(created).containsOnlyOnce(true);
            assertThat(DbSchedulerSchema.exists(dataSource, table)).isTrue();
            assertThat(DbSchedulerSchema.create(dataSource, table)).isFalse();
        }
    }

    @Test
    void aTableInANamedSchemaWorksToo() throws SQLException {
        try (var connection = dataSource.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("CREATE SCHEMA IF NOT EXISTS elsewhere");
            statement.execute("DROP TABLE IF EXISTS elsewhere.my_jobs");
        }
        DbSchedulerSchema.create(dataSource, "elsewhere.my_jobs");
        var there = new Jobs(dataSource, "elsewhere.my_jobs");
        var queue = owned(quick().tableName("elsewhere.my_jobs"));
        var runner = new ScriptedRunner(there, queue);
        there.enqueue(queue, newRef());

        queue.start(runner);

        await().atMost(CAP).until(() -> there.count() == 0);
    }

    // what the tests use

    private static DbSchedulerCallbacks.Builder quick() {
        return DbSchedulerCallbacks.builder().pollInterval(Duration.ofMillis(20));
    }

    private static DbSchedulerCallbacks.Builder slow() {
        return DbSchedulerCallbacks.builder().pollInterval(Duration.ofSeconds(10));
    }

    private CallbackQueue idle() {
        return DbSchedulerCallbacks.create().owned(dataSource);
    }

    private CallbackQueue owned(DbSchedulerCallbacks.Builder builder) {
        var queue = builder.build().owned(dataSource);
        atEnd.add(() -> queue.stop(CAP));
        return queue;
    }

    private Scheduler scheduler(DbSchedulerCallbacks callbacks, Task<?>... own) {
        var tasks = new ArrayList<Task<?>>(List.of(own));
        tasks.add(callbacks.task());
        var scheduler = Scheduler.create(dataSource, tasks)
                .schedulerName(new SchedulerName.Fixed("app-1"))
                .pollingInterval(Duration.ofMillis(100))
                .build();
        atEnd.add(scheduler::stop);
        return scheduler;
    }

    private void handleDead(Task<Void> task, Execution execution) {
        var listeners = new SchedulerListeners(List.of());
        var clock = new SystemClock();
        var repository = new JdbcTaskRepository(
                dataSource,
                true,
                new DefaultJdbcCustomization(false),
                "scheduled_tasks",
                new TaskResolver(listeners, clock, List.of(task)),
                new SchedulerName.Fixed("app-1"),
                false,
                clock);
        task.getDeadExecutionHandler()
                .deadExecution(
                        ExecutionComplete.failure(execution, Instant.now(), Instant.now(), null),
                        new ExecutionOperations<>(repository, listeners, execution));
    }

    private static Transaction transactionOn(Connection connection) {
        return new Transaction() {
            @Override
            public Connection connection() {
                return connection;
            }

            @Override
            public void afterCommit(Runnable action) {
                throw new UnsupportedOperationException();
            }
        };
    }

    /** A driver that does as it is told, and says SUCCESS_NO_INFO of a batch, as the JDBC specification allows. */
    private static Connection withoutBatchCounts(Connection connection) {
        return intercept(
                Connection.class,
                connection,
                (name, result) -> name.equals("prepareStatement")
                        ? intercept(PreparedStatement.class, (PreparedStatement) result, (call, counts) -> {
                            if (call.equals("executeBatch")) {
                                Arrays.fill((int[]) counts, Statement.SUCCESS_NO_INFO);
                            }
                            return counts;
                        })
                        : result);
    }

    private interface Change {
        Object of(String method, Object result);
    }

    private static <T> T intercept(Class<T> type, T target, Change change) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            try {
                return change.of(method.getName(), method.invoke(target, args));
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }

    private static <T> List<T> race(int threads, Callable<T> work) throws Exception {
        var pool = Executors.newFixedThreadPool(threads);
        try {
            var results = new ArrayList<T>();
            for (var future : pool.invokeAll(Collections.nCopies(threads, work))) {
                results.add(future.get());
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }

    private static String logOf(ThrowingCallable work) throws Exception {
        var original = System.err;
        var captured = new ByteArrayOutputStream();
        System.setErr(new PrintStream(captured, true, StandardCharsets.UTF_8));
        try {
            work.call();
        } catch (Throwable e) {
            throw new AssertionError(e);
        } finally {
            System.setErr(original);
            original.print(captured.toString(StandardCharsets.UTF_8));
        }
        return captured.toString(StandardCharsets.UTF_8);
    }

    private static List<Thread> threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .toList();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        var end = System.nanoTime() + CAP.toNanos();
        var interrupted = false;
        while (true) {
            try {
                if (!latch.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    throw new IllegalStateException("waited too long");
                }
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static TemporalUnitOffset within(long millis) {
        return Assertions.within(millis, ChronoUnit.MILLIS);
    }
}
