package io.patienthttp.faults;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.Method;
import io.patienthttp.Request;
import io.patienthttp.dbscheduler.DbSchedulerCallbacks;
import io.patienthttp.payload.AesGcmCipher;
import io.patienthttp.payload.AesGcmCipher.Key;
import io.patienthttp.runtime.PatientHttp;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/**
 * The main class of a worker process. Listens on its standard input: {@code start} runs the processor and says READY,
 * {@code enqueue <count> <url>} stores requests and says ENQUEUED, {@code hog <seconds>} takes all connections of the pool and says HOGGED, {@code usage} says what it holds. Arguments
 * {@code key=value}: url, name, lease, heartbeat, max-in-flight, callback-threads, callback-seconds, pool, poll-interval, shutdown-timeout, max-attempts, deaths,
 * callback-failures, keys, payloads, payloads-at, threshold, heap (of the JVM), max-response-size, body (what all answers are, as text of {@link
 * DeliveryCallback#digest}) (seconds, where they are times), point (where to pause).
 */
final class Worker {

    static final int LEASE = 4;

    static final int HEARTBEAT = 1;

    static final int CALLBACK_THREADS = 8;

    private final Map<String, String> options;
    private final HikariDataSource pool;
    private final PatientHttp http;

    private Worker(Map<String, String> options) {
        this.options = options;
        this.pool = pool();
        var point = options.containsKey("point") ? Point.valueOf(options.get("point")) : null;
        var database = point == null ? pool : PausingDataSource.of(pool, point);
        var transactions = new ThreadTransactions(database);
        var builder = PatientHttp.builder(database)
                .transactions(transactions)
                .callbackQueue(engine().owned(database))
                .callback(new DeliveryCallback(transactions, option("name", "?"), options.get("body"), deed()))
                .preprocessor("pausing", draft -> {
                    if (point == Point.BEFORE_SEND) {
                        point.pause();
                    }
                })
                .settings(s -> s.maxInFlight(number("max-in-flight", 256))
                        .lease(seconds("lease", LEASE))
                        .heartbeatInterval(seconds("heartbeat", HEARTBEAT))
                        .connectTimeout(Duration.ofMinutes(2)) // a busy machine is not what is tested
                        .callbackMaxAttempts(number("max-attempts", 10))
                        .maxResponseSize(number("max-response-size", 1 << 20))
                        .shutdownTimeout(seconds("shutdown-timeout", 20)));
        store(builder);
        this.http = builder.build();
    }

    /** Seals, and keeps values elsewhere, if the options say so. */
    private void store(PatientHttp.Builder builder) {
        if (options.containsKey("keys")) {
            builder.cipher(cipher(options.get("keys")));
        }
        if (options.containsKey("payloads")) {
            builder.payloadStore(PayloadPlace.valueOf(options.get("payloads")).open(option("payloads-at", ""), pool))
                    .settings(s -> s.payloadStoreThreshold(number("threshold", 1)));
        }
    }

    /** With keys of these names, the first of which seals. */
    static AesGcmCipher cipher(String names) {
        return AesGcmCipher.of(Stream.of(names.split(","))
                .map(name -> Key.of(name, Arrays.copyOf(name.getBytes(StandardCharsets.UTF_8), 32)))
                .toList());
    }

    public static void main(String[] arguments) throws IOException {
        var options = new HashMap<String, String>();
        for (var argument : arguments) {
            int equals = argument.indexOf('=');
            options.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
        var worker = new Worker(options);
        System.out.println("BUILT");
        worker.listen();
    }

    private void listen() throws IOException {
        Runtime.getRuntime().addShutdownHook(new Thread(http::close));
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (var line = input.readLine(); line != null; line = input.readLine()) {
            var words = line.split(" ");
            switch (words[0]) {
                case "start" -> {
                    http.start();
                    System.out.println("READY");
                }
                case "enqueue" -> {
                    var request = Request.builder(Method.GET, words[2])
                            .callback(DeliveryCallback.NAME)
                            .build();
                    http.enqueueAll(Collections.nCopies(Integer.parseInt(words[1]), request));
                    System.out.println("ENQUEUED");
                }
                case "hog" -> hog(Duration.ofSeconds(Integer.parseInt(words[1])));
                case "usage" -> System.out.println(Usage.measure(pool).line());
                default -> throw new IllegalArgumentException(line);
            }
        }
        Runtime.getRuntime().halt(1); // the test is gone
    }

    /** What its callbacks do: pause, end the process as often for each request as the option says, or take their time. */
    private DeliveryCallback.Deed deed() {
        if (option("point", "").equals(Point.CALLBACK_RUNNING.name())) {
            return (connection, id) -> Point.CALLBACK_RUNNING.pause();
        }
        int deaths = number("deaths", 0);
        if (deaths > 0) {
            return (connection, id) -> dieUnlessDeadBefore(deaths, id);
        }
        if (number("callback-failures", 0) > 0) {
            return (connection, id) -> failUnlessFailedBefore(id);
        }
        int seconds = number("callback-seconds", 0);
        return (connection, id) -> {
            if (seconds > 0) {
                connection.createStatement().execute("SELECT pg_sleep(" + seconds + ")");
            }
        };
    }

    private void dieUnlessDeadBefore(int deaths, String id) throws SQLException {
        try (var connection = pool.getConnection();
                var insert = connection.prepareStatement("INSERT INTO deaths SELECT ? WHERE"
                        + " (SELECT count(*) FROM deaths WHERE request_id = ?) < ?")) {
            insert.setString(1, id);
            insert.setString(2, id);
            insert.setInt(3, deaths);
            if (insert.executeUpdate() == 1) {
                Runtime.getRuntime().halt(1);
            }
        }
    }

    private void failUnlessFailedBefore(String id) throws SQLException {
        try (var connection = pool.getConnection();
                var insert = connection.prepareStatement("INSERT INTO failures SELECT ? WHERE"
                        + " NOT EXISTS (SELECT 1 FROM failures WHERE request_id = ?)")) {
            insert.setString(1, id);
            insert.setString(2, id);
            if (insert.executeUpdate() == 1) {
                throw new IllegalStateException("as it was told");
            }
        }
    }

    private HikariDataSource pool() {
        var config = new HikariConfig();
        config.setJdbcUrl(options.get("url"));
        config.setUsername("postgres");
        config.setPassword("");
        config.setMaximumPoolSize(number("pool", 15));
        config.setMinimumIdle(0);
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }

    private DbSchedulerCallbacks engine() {
        return DbSchedulerCallbacks.builder()
                .threads(number("callback-threads", CALLBACK_THREADS))
                .pollInterval(seconds("poll-interval", 1))
                .build();
    }

    /** As an application does that uses the same pool: takes each connection that it can get. */
    private void hog(Duration time) {
        var all = new CountDownLatch(pool.getMaximumPoolSize() - 1); // the heartbeat keeps one
        for (long i = all.getCount(); i > 0; i--) {
            new Thread(() -> {
                        try (var connection = pool.getConnection()) {
                            all.countDown();
                            Thread.sleep(time.toMillis());
                        } catch (SQLException | InterruptedException e) {
                            System.out.println("could not hog a connection: " + e);
                        }
                    })
                    .start();
        }
        try {
            all.await();
            System.out.println("HOGGED");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String option(String key, String otherwise) {
        return options.getOrDefault(key, otherwise);
    }

    private int number(String key, int otherwise) {
        return Integer.parseInt(option(key, Integer.toString(otherwise)));
    }

    private Duration seconds(String key, int otherwise) {
        return Duration.ofSeconds(number(key, otherwise));
    }
}
