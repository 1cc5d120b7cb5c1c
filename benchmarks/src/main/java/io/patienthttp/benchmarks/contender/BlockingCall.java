package io.patienthttp.benchmarks.contender;

import io.patienthttp.benchmarks.server.Payload;
import io.patienthttp.benchmarks.server.SlowServer;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.sql.DataSource;

/** What the job of a peer does: calls, waits for the answer, stores the result. */
final class BlockingCall {

    static final Payload BODIES = Payload.of(1, SlowServer.ANSWER);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(60))
            .build();
    private final DataSource pool;
    private final Results results;

    BlockingCall(DataSource pool, Results results) {
        this.pool = pool;
        this.results = results;
    }

    /** Throws if there was no answer: the engine tries again, and the run is seen to have failed. */
    void run(String id, String url, String body) {
        try {
            var request = HttpRequest.newBuilder(URI.create(url))
                    .header("x-request-id", id)
                    .header("Content-Type", "application/json")
                    .timeout(Duration.ofMinutes(5))
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            var answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            try (var connection = pool.getConnection()) {
                results.insert(connection, id, answer.statusCode(), answer.body());
            }
            results.committed();
        } catch (IOException | SQLException e) {
            results.fail();
            throw new IllegalStateException("request " + id + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A virtual thread for each job. Looked up, because this is compiled for Java 17. */
    static ExecutorService virtualThreads() {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("virtual threads need Java 21 or later", e);
        }
    }
}
