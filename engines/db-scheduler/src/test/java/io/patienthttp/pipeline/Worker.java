package io.patienthttp.pipeline;

import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.Outcome;
import io.patienthttp.Response;
import io.patienthttp.fixture.Databases;
import io.patienthttp.runtime.PatientHttp;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * The main class of a worker process: runs the processor on a PostgreSQL database, and stores each delivery in the table
 * {@code deliveries}. Says READY, and then the number of its threads each second. Arguments: URL, max-in-flight.
 */
public final class Worker {

    /** Short, so that a death is noticed within a test. */
    static final Duration LEASE = Duration.ofSeconds(4);

    static final Duration HEARTBEAT = Duration.ofSeconds(1);

    private Worker() {}

    /** Runs until it is killed. */
    public static void main(String[] arguments) throws Exception {
        var database = Databases.pool(arguments[0], "postgres", 15);
        var http = PatientHttp.builder(database)
                .callback(new StoringCallback(database))
                .settings(s -> s.maxInFlight(Integer.parseInt(arguments[1]))
                        .lease(LEASE)
                        .heartbeatInterval(HEARTBEAT)
                        .shutdownTimeout(Duration.ofSeconds(20)))
                .build();
        Runtime.getRuntime().addShutdownHook(new Thread(http::close));
        http.start();
        System.out.println("READY");
        while (true) {
            System.out.println("threads " + ManagementFactory.getThreadMXBean().getThreadCount() + " in flight "
                    + http.inFlight());
            Thread.sleep(1_000);
        }
    }

    /** Stores each delivery. */
    static final class StoringCallback implements Callback {

        private final DataSource database;

        StoringCallback(DataSource database) {
            this.database = database;
        }

        @Override
        public void onComplete(Response response) throws SQLException {
            store(response, "response");
        }

        @Override
        public void onError(Failure failure) throws SQLException {
            store(failure, failure.kind().name());
        }

        private void store(Outcome outcome, String kind) throws SQLException {
            try (var connection = database.getConnection();
                    var insert = connection.prepareStatement("INSERT INTO deliveries VALUES (?, ?)")) {
                insert.setString(1, outcome.requestId());
                insert.setString(2, kind);
                insert.executeUpdate();
            }
        }

        @Override
        public String name() {
            return "storing";
        }
    }
}
