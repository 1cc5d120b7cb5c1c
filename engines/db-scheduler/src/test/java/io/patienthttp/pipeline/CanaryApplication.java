package io.patienthttp.pipeline;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.patienthttp.Callback;
import io.patienthttp.DeadLetter;
import io.patienthttp.Failure;
import io.patienthttp.Listener;
import io.patienthttp.Outcome;
import io.patienthttp.Request;
import io.patienthttp.RequestState;
import io.patienthttp.Response;
import io.patienthttp.Secret;
import io.patienthttp.dbscheduler.DbSchedulerCallbacks;
import io.patienthttp.dbscheduler.DbSchedulerSchema;
import io.patienthttp.fixture.Databases;
import io.patienthttp.fixture.RecordingServer;
import io.patienthttp.fixture.RecordingServer.Answer;
import io.patienthttp.micrometer.ObservationTracing;
import io.patienthttp.payload.AesGcmCipher;
import io.patienthttp.payload.AesGcmCipher.Key;
import io.patienthttp.payload.FilePayloadStore;
import io.patienthttp.runtime.PatientHttp;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sends canaries on good ways and bad ones, and tells what the database, the other origin and the outcomes show. */
final class CanaryApplication {

    static final String DATABASE = "DATABASE ";
    static final String OTHER_ORIGIN = "OTHER ORIGIN ";
    static final String EVENT = "EVENT ";
    static final String SPAN = "SPAN ";
    static final String DONE = "DONE";

    private static final String SECRET = "canary-secret";

    private final RecordingServer server = new RecordingServer();
    private final RecordingServer other = new RecordingServer();
    private final PatientHttp http;

    /**
     * @param payloads where values are kept that are too large for their rows: all; null keeps them in rows
     */
    private CanaryApplication(HikariDataSource database, boolean sealed, @Nullable Path payloads) {
        var builder = PatientHttp.builder(database)
                .callback(new Telling())
                .callbackQueue(DbSchedulerCallbacks.create().owned(database))
                .listener(new Listener() {
                    @Override
                    public void onDead(DeadLetter letter) {
                        System.out.println("DEAD " + letter);
                    }
                })
                .listener(tellingAll())
                .tracing(ObservationTracing.of(showingAll()))
                .secret("good", () -> SECRET)
                .secret("bound", () -> SECRET, "https://api.example.com")
                .secret("broken", () -> SECRET + "\r\n")
                .secrets(name -> {
                    throw new IllegalStateException("the vault does not give " + SECRET);
                })
                .preprocessor("broken", draft -> {
                    throw new IllegalStateException("cannot sign with " + draft.headers());
                })
                .preprocessor("sign", draft -> draft.header("x-signature", SECRET))
                .settings(s -> s.callbackMaxAttempts(1)
                        .requestTimeout(Duration.ofSeconds(20))
                        .maxResponseSize(1_000)
                        .unresolvedTimeout(Duration.ofMillis(1)));
        if (sealed) {
            builder.cipher(AesGcmCipher.of(List.of(Key.of("canary", new byte[32]))));
        }
        if (payloads != null) {
            builder.payloadStore(new FilePayloadStore(payloads)).settings(s -> s.payloadStoreThreshold(1));
        }
        this.http = builder.build();
        DbSchedulerSchema.create(database, "scheduled_tasks");
        http.schema().create();
    }

    /** Prints whatever it is told. */
    private static Listener tellingAll() {
        return (Listener) Proxy.newProxyInstance(
                Listener.class.getClassLoader(), new Class<?>[] {Listener.class}, (proxy, method, arguments) -> {
                    if (method.getName().startsWith("on")) {
                        System.out.println(EVENT + method.getName() + " " + Arrays.toString(arguments));
                    }
                    return switch (method.getName()) {
                        case "equals" -> proxy == arguments[0];
                        case "hashCode" -> 1;
                        default -> null;
                    };
                });
    }

    /** Prints all that observations show. */
    private static ObservationRegistry showingAll() {
        var registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler(new ObservationHandler<>() {
            @Override
            public void onStop(Observation.Context context) {
                System.out.println(SPAN + context);
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return true;
            }
        });
        return registry;
    }

    public static void main(String[] arguments) throws Exception {
        try (var database = Databases.pool(arguments[0], arguments[1], 20)) {
            var payloads = arguments.length > 3 ? Path.of(arguments[3]) : null;
            new CanaryApplication(database, Boolean.parseBoolean(arguments[2]), payloads).run(database);
        }
        System.out.println(DONE);
        System.exit(0);
    }

    private void run(HikariDataSource database) throws Exception {
        server.answering(this::answer);
        var requests = new ArrayList<Request>();
        for (var path : List.of("/ok", "/redirect", "/keep", "/error", "/large")) {
            requests.add(canaries(server.url(path)).build());
        }
        requests.add(
                canaries(server.url("/slow")).timeout(Duration.ofMillis(500)).build());
        requests.add(canaries("http://127.0.0.1:1/refused").build());
        requests.add(
                canaries(server.url("/ok")).header("a", Secret.named("bound")).build());
        requests.add(
                canaries(server.url("/ok")).header("a", Secret.named("broken")).build());
        requests.add(
                canaries(server.url("/ok")).header("a", Secret.named("unknown")).build());
        requests.add(canaries(server.url("/ok")).preprocessors("broken").build());
        requests.forEach(System.out::println);
        http.enqueueAll(requests);
        dump(database);
        http.start();
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (http.operations().counts().get(RequestState.DEAD) < requests.size()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "not all are dead: " + http.operations().counts());
            }
            Thread.sleep(50); // a process of its own: nothing else could wait for its rows
        }
        dump(database);
        other.received()
                .forEach(request -> System.out.println(OTHER_ORIGIN + request.method() + " " + request.target() + " "
                        + request.headers().toMap() + " " + request.text()));
        http.stop(Duration.ZERO);
    }

    /** The literal ones are in header, parameter and body; a redirect by 302 leaves the body, and the URL, behind. */
    private Request.Builder canaries(String url) {
        return http.post(url)
                .header("Authorization", Secret.named("good").prefixed("Bearer "))
                .header("X-Custom-Key", Secret.named("good"))
                .param("secret", Secret.named("good"))
                .param("literal", "canary-literal-parameter")
                .body("canary-literal-body")
                .callbackArgs(Map.of("arg", "canary-literal-argument"))
                .preprocessors("sign")
                .callback(Telling.class);
    }

    private Answer answer(RecordingServer.Received request) {
        var path = request.target().replaceAll("\\?.*", "");
        return switch (path) {
            case "/redirect" -> Answer.redirect(302, other.url("/redirected"));
            case "/keep" -> Answer.redirect(303, other.url("/kept"));
            case "/error" -> Answer.of(500, "error");
            case "/large" -> Answer.of(200, "x".repeat(1_001));
            case "/slow" -> slow();
            default -> Answer.of(200, "canary-literal-answer");
        };
    }

    private static Answer slow() {
        try {
            Thread.sleep(2_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Answer.of(200, "late");
    }

    private static void dump(HikariDataSource database) throws SQLException {
        try (var connection = database.getConnection()) {
            var tables = new ArrayList<String>();
            try (var found = connection
                    .getMetaData()
                    .getTables(connection.getCatalog(), connection.getSchema(), "%", new String[] {"TABLE", "BASE TABLE"
                    })) {
                while (found.next()) {
                    tables.add(found.getString("TABLE_NAME"));
                }
            }
            for (var table : tables) {
                dump(connection, table);
            }
        }
    }

    private static void dump(Connection connection, String table) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT * FROM " + table)) {
            while (rows.next()) {
                for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
                    var value = rows.getObject(column);
                    var text = value instanceof byte[] bytes
                            ? new String(bytes, StandardCharsets.ISO_8859_1)
                            : rows.getString(column);
                    System.out.println(
                            DATABASE + table + " " + String.valueOf(text).replaceAll("\\R", " "));
                }
            }
        }
    }

    /** Tells what it gets, and fails, so that all rows stay. */
    private static final class Telling implements Callback {

        @Override
        public void onComplete(Response response) {
            fail(response);
        }

        @Override
        public void onError(Failure failure) {
            System.out.println(failure.message());
            fail(failure);
        }

        private static void fail(Outcome outcome) {
            System.out.println(outcome);
            throw new IllegalStateException("to be kept");
        }
    }
}
