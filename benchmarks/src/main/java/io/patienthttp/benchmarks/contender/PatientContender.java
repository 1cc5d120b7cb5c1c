package io.patienthttp.benchmarks.contender;

import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.Method;
import io.patienthttp.Request;
import io.patienthttp.Response;
import io.patienthttp.benchmarks.machine.Options;
import io.patienthttp.dbscheduler.DbSchedulerCallbacks;
import io.patienthttp.dbscheduler.DbSchedulerSchema;
import io.patienthttp.runtime.PatientHttp;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Patient HTTP, with db-scheduler for callbacks. */
final class PatientContender implements Contender {

    private final DataSource pool;
    private final Results results;
    private final @Nullable ThreadTransactions transactions;
    private final PatientHttp http;

    PatientContender(DataSource pool, Options options, Results results) {
        this.pool = pool;
        this.results = results;
        this.transactions = options.is("transactional") ? new ThreadTransactions(pool) : null;
        var builder = PatientHttp.builder(pool)
                .callbackQueue(DbSchedulerCallbacks.builder()
                        .threads(options.number("callback-threads"))
                        .build()
                        .owned(pool))
                .callback(new StoreResult())
                .settings(s -> s.maxInFlight(options.number("max-in-flight"))
                        .pollInterval(Duration.ofMillis(options.number("poll-millis")))
                        .requestTimeout(Duration.ofMinutes(5))
                        .connectTimeout(Duration.ofSeconds(60)));
        if (transactions != null) {
            builder.transactions(transactions);
        }
        this.http = builder.build();
    }

    private final class StoreResult implements Callback {

        @Override
        public void onComplete(Response response) throws SQLException {
            var id = response.requestId();
            results.begin(id);
            if (transactions != null) {
                var transaction = transactions.current().orElseThrow();
                results.insert(transaction.connection(), id, response.status(), response.bodyAsBytes());
                transaction.afterCommit(results::committed);
                return;
            }
            try (var connection = pool.getConnection()) {
                results.insert(connection, id, response.status(), response.bodyAsBytes());
            }
            results.committed();
        }

        @Override
        public void onError(Failure failure) {
            System.err.println(failure.kind() + ": " + failure.message());
            results.fail();
        }
    }

    @Override
    public void createTables() {
        http.schema().create();
        DbSchedulerSchema.create(pool, "scheduled_tasks");
    }

    @Override
    public void start() {
        http.start();
    }

    @Override
    public List<String> store(Connection transaction, String url, int count) {
        return http.enqueueAll(
                transaction,
                IntStream.range(0, count)
                        .mapToObj(i -> Request.builder(Method.POST, url)
                                .header("Content-Type", "application/json")
                                .body(BlockingCall.BODIES.text(i))
                                .callback(StoreResult.class)
                                .build())
                        .toList());
    }

    @Override
    public void wake() {
        http.wake();
    }

    @Override
    public void close() {
        http.close();
    }
}
