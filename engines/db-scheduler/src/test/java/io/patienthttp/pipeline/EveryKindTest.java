package io.patienthttp.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.EgressPolicy;
import io.patienthttp.Failure;
import io.patienthttp.Method;
import io.patienthttp.Request;
import io.patienthttp.fixture.Databases;
import io.patienthttp.jdbc.JdbcRequestStore;
import io.patienthttp.jdbc.JdbcTransactions;
import io.patienthttp.runtime.PatientHttp;
import io.patienthttp.runtime.SettingsBuilder;
import io.patienthttp.spi.RequestStore.ClaimOrder;
import io.patienthttp.spi.RequestStore.ProcessRow;
import io.patienthttp.spi.RequestStore.Suspects;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Provokes every kind of failure for real, over sockets and in the database, and looks at what the callback gets. A kind
 * without a case does not compile.
 */
class EveryKindTest extends PipelineFixture {

    private static final Duration SHORT = Duration.ofMillis(500);

    /** Instead of an answer: the connection stays open. */
    private static final String SILENCE = "silence";

    private final ServerSocket listener = listen();
    private volatile String answer = "";

    @Override
    HikariDataSource database() {
        return Databases.h2();
    }

    @AfterEach
    void closeListener() throws IOException {
        listener.close();
    }

    /** How a kind is provoked, what its message says, and whether the server may have acted. */
    private record Case(String message, boolean maybeProcessed, Provoke provoke) {}

    /** Enqueues the request, starts the pipeline, makes it fail; returns the id of the request. */
    private interface Provoke {

        String in(PatientHttp http) throws Exception;
    }

    @ParameterizedTest
    @EnumSource
    void reachesTheCallback(Failure.Kind kind) throws Exception {
        callback.failFirst = 1;
        var expected = caseOf(kind);
        var http = build(EveryKindTest::settings);

        var id = expected.provoke.in(http);

        awaitDelivered(1);
        assertThat(callback.outcomes.get(id)).singleElement().isInstanceOf(kind.type());
        var failure = (Failure) callback.outcomes.get(id).get(0);
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.message()).contains(expected.message);
        assertThat(failure.maybeProcessed()).isEqualTo(expected.maybeProcessed);
        assertThat(callback.given).hasSize(2);
        assertThat(callback.given.get(1)).isEqualTo(callback.given.get(0));
        awaitEmpty(http);
    }

    @Test
    void whatAnEarlierClaimMayHaveSentMayHaveBeenProcessed() throws Exception {
        answer = "HTTP/1.1 200 OK\r\n\r\n";
        var http = build(EveryKindTest::settings);
        var id = enqueue(http, get("https"));
        execute("UPDATE patient_http_requests SET epoch = 1");
        http.start();

        awaitDelivered(1);
        var failure = (Failure) callback.outcomes.get(id).get(0);
        assertThat(failure.kind()).isEqualTo(Failure.Kind.TLS);
        assertThat(failure.maybeProcessed()).isTrue();
    }

    private static void settings(SettingsBuilder settings) {
        settings.connectTimeout(Duration.ofSeconds(1))
                .maxResponseSize(1_000)
                .maxRedirects(1)
                .failOnErrorStatus(true)
                .callbackFirstBackoff(Duration.ofMillis(50))
                .maxRecoveries(0)
                .lease(Duration.ofSeconds(4))
                .heartbeatInterval(Duration.ofSeconds(1));
    }

    private Case caseOf(Failure.Kind kind) {
        return switch (kind) {
            case CLIENT_ERROR -> answered("HTTP/1.1 404 Not Found", "status 404");
            case SERVER_ERROR -> answered("HTTP/1.1 503 Service Unavailable", "status 503");
            case OTHER_STATUS -> answered("HTTP/1.1 304 Not Modified", "status 304");
            case TOO_MANY_REDIRECTS -> answered("HTTP/1.1 302 Found\r\nLocation: /next", "once more after 1 redirects");
            case REDIRECT_LOOP -> answered("HTTP/1.1 302 Found\r\nLocation: /", "visited already");
            case INVALID_LOCATION ->
                answered("HTTP/1.1 302 Found\r\nLocation: ftp://127.0.0.1/", "not a valid http or https URL");
            case TIMEOUT -> sent(get("http").timeout(SHORT), SILENCE, "request timeout", true);
            case CONNECT_TIMEOUT -> sent(get("https"), SILENCE, "connect timeout", false);
            case CONNECTION -> sent(get("http"), "", "ended before the answer was complete", true);
            case DNS -> sent(Request.builder(Method.GET, "http://nowhere.invalid/"), "", "has no address", false);
            case TLS -> sent(get("https"), "HTTP/1.1 200 OK\r\n\r\n", "TLS handshake", false);
            case RESPONSE_TOO_LARGE ->
                sent(get("http"), "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", "max-response-size, 1000", true);
            case PROTOCOL -> answered("garbage", "not valid HTTP");
            case PREPARATION -> sent(get("http").preprocessors("hostile"), "", "preprocessor hostile failed", false);
            case EGRESS_DENIED -> sent(get("http").egress(EgressPolicy.publicOnly()), "", "egress policy", false);
            case CANCELLED -> new Case("before it was sent", false, this::cancel);
            case EXPIRED -> new Case("expired before it could be sent", false, this::letExpire);
            case RECOVERY_EXHAUSTED -> new Case("more often than max-recoveries", true, this::dieWithIt);
            case PAYLOAD_MISSING -> abort("PayloadsContract.aRequestWhosePayloadIsGoneFails shows it, with a store");
            case UNREADABLE -> new Case("cannot be read", false, this::damage);
            case UNSTORABLE -> new Case("refuses to store its outcome", true, this::refuseToStore);
            case UNKNOWN -> abort("only an error of ours causes it: RequestSenderTest.surpriseIsAnUnknownFailure");
        };
    }

    private Case answered(String head, String message) {
        return sent(get("http"), head + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", message, true);
    }

    private Case sent(Request.Builder request, String answered, String message, boolean maybeProcessed) {
        return new Case(message, maybeProcessed, http -> {
            answer = answered;
            hostile = () -> {
                throw new IllegalStateException("as told");
            };
            http.start();
            return enqueue(http, request);
        });
    }

    private String cancel(PatientHttp http) {
        var id = enqueue(http, get("http"));
        http.cancel(id);
        http.start();
        return id;
    }

    private String letExpire(PatientHttp http) {
        var id = enqueue(http, get("http").expiresAfter(Duration.ofHours(1)));
        execute("UPDATE patient_http_requests SET deadline_at = deadline_at - INTERVAL '1' HOUR");
        http.start();
        return id;
    }

    /** A process takes it once more than it may be recovered, with nothing else in flight, and dies. */
    private String dieWithIt(PatientHttp http) {
        var id = enqueue(http, get("http"));
        var store = new JdbcRequestStore(JdbcTransactions.of(database), "patient_http_", "", "", "");
        var dead = UUID.randomUUID();
        store.register(new ProcessRow(dead, "host", 1, "0", Duration.ofMinutes(1), null, 1, 0, null, null));
        assertThat(store.claim(new ClaimOrder(dead, 1, Map.of(), new Suspects(0, 0, 0, 1))))
                .hasSize(1);
        execute("UPDATE patient_http_requests SET recoveries = 1");
        execute("UPDATE patient_http_processes SET last_seen_at = last_seen_at - INTERVAL '1' HOUR");
        http.start();
        return id;
    }

    private String damage(PatientHttp http) {
        var id = enqueue(http, get("http"));
        execute("UPDATE patient_http_requests SET request = '?'");
        http.start();
        return id;
    }

    private String refuseToStore(PatientHttp http) {
        execute("ALTER TABLE patient_http_requests ADD CONSTRAINT refused CHECK (outcome NOT LIKE '%poison%')");
        answer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";
        http.start();
        return enqueue(http, get("http"));
    }

    private static String enqueue(PatientHttp http, Request.Builder request) {
        return http.enqueue(request.callback(RecordingCallback.class).build());
    }

    private Request.Builder get(String scheme) {
        return Request.builder(Method.GET, scheme + "://127.0.0.1:" + listener.getLocalPort() + "/");
    }

    private ServerSocket listen() {
        try {
            var socket = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
            daemon(() -> {
                while (true) {
                    var connection = socket.accept();
                    daemon(() -> serve(connection));
                }
            });
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(Socket connection) throws IOException {
        try (connection) {
            var in = connection.getInputStream();
            var request = new byte[10_000];
            if (in.read(request) > 0 && !answer.equals(SILENCE)) {
                connection.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                connection.shutdownOutput();
            }
            while (in.read(request) > 0) {
                // until the client closes
            }
        }
    }

    /** What a daemon does until the test closes its socket. */
    private interface Step {

        void run() throws IOException;
    }

    private static void daemon(Step step) {
        var thread = new Thread(() -> {
            try {
                step.run();
            } catch (IOException e) {
                // closed
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
