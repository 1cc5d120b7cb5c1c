package io.patienthttp.benchmarks.contender;

import io.patienthttp.benchmarks.machine.Options;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jobrunr.jobs.lambdas.JobRequest;
import org.jobrunr.jobs.lambdas.JobRequestHandler;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.scheduling.JobRequestScheduler;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.server.JobActivator;
import org.jobrunr.server.configuration.BackgroundJobServerThreadType;
import org.jobrunr.server.configuration.DefaultBackgroundJobServerWorkerPolicy;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.jobrunr.utils.mapper.jackson3.Jackson3JsonMapper;

/** JobRunr alone: a job for each request, which waits for the answer. */
final class JobRunrContender implements Contender {

    private static final Duration SHORTEST_POLL = Duration.ofSeconds(5); // JobRunr refuses less

    private final Joining joining;
    private final PostgresStorageProvider storage;
    private final JobRequestScheduler jobs;
    private final BackgroundJobServer server;

    JobRunrContender(DataSource pool, Options options, Results results) {
        var call = new BlockingCall(pool, results);
        var json = new Jackson3JsonMapper();
        joining = new Joining(pool);
        storage = new PostgresStorageProvider(joining.dataSource()); // creates its tables
        storage.setJobMapper(new JobMapper(json));
        jobs = new JobRequestScheduler(storage);
        var threads = options.is("virtual")
                ? BackgroundJobServerThreadType.VirtualThreads
                : BackgroundJobServerThreadType.PlatformThreads;
        server = new BackgroundJobServer(
                storage,
                json,
                new Activator(new CallHandler(call)),
                BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                        .andPollInterval(SHORTEST_POLL)
                        .andInterruptJobsAwaitDurationOnStopBackgroundJobServer(Duration.ofSeconds(1))
                        .andBackgroundJobServerWorkerPolicy(
                                new DefaultBackgroundJobServerWorkerPolicy(options.number("threads"), threads)));
    }

    /** What is stored as JSON. */
    public record Call(String id, String url, String body) implements JobRequest {

        @Override
        public Class<CallHandler> getJobRequestHandler() {
            return CallHandler.class;
        }
    }

    /** Runs the job. */
    public static final class CallHandler implements JobRequestHandler<Call> {

        private final BlockingCall call;

        private CallHandler(BlockingCall call) {
            this.call = call;
        }

        @Override
        public void run(Call request) {
            call.run(request.id(), request.url(), request.body());
        }
    }

    private record Activator(CallHandler handler) implements JobActivator {

        @Override
        public <T> T activateJob(Class<T> type) {
            return type.cast(handler);
        }
    }

    @Override
    public void createTables() {
        // The storage provider has.
    }

    @Override
    public void start() {
        server.start();
    }

    @Override
    public List<String> store(Connection transaction, String url, int count) {
        var ids =
                Stream.generate(() -> UUID.randomUUID().toString()).limit(count).toList();
        joining.in(
                transaction,
                () -> jobs.enqueue(IntStream.range(0, count)
                        .mapToObj(i -> new Call(ids.get(i), url, BlockingCall.BODIES.text(i)))));
        return ids;
    }

    /** What its dashboard does as well: a thread that seems to become idle looks for jobs at once. */
    @Override
    public void wake() {
        server.getJobSteward().notifyThreadOccupied();
        server.getJobSteward().notifyThreadIdle();
    }

    @Override
    public void close() {
        server.stop();
        storage.close();
    }
}
