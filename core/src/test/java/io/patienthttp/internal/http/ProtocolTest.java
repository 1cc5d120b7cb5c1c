package io.patienthttp.internal.http;

import static io.patienthttp.internal.http.Exchanges.failure;
import static io.patienthttp.internal.http.Exchanges.get;
import static io.patienthttp.internal.http.Exchanges.request;
import static io.patienthttp.internal.http.Exchanges.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.Failure;
import io.patienthttp.Protocol;
import io.patienthttp.spi.HttpTransport.Exchange;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parity 44, and what a server sees of an exchange that we end (RFC 9113, section 8.7). */
class ProtocolTest {

    private static final int CANCEL = 8;
    private static final Certificates certificates = new Certificates();

    private JettyTransport transport;

    @AfterEach
    void stop() {
        if (transport != null) {
            transport.stop();
        }
    }

    private void start(Protocol protocol) {
        transport = new JettyTransport(
                settings(Duration.ofSeconds(30)),
                Exchanges.wire(protocol),
                new ByteBudget(1_000_000),
                certificates.trust(),
                Exchanges.NETWORK);
        transport.start();
    }

    /** Speaks what was negotiated, and HTTP/2 without TLS. */
    private static void either(Socket socket) throws IOException {
        if (!(socket instanceof SSLSocket tls)) {
            var peer = new Http2Peer(socket, 0);
            peer.ok(peer.nextRequest());
            return;
        }
        tls.startHandshake();
        if (tls.getApplicationProtocol().equals("h2")) {
            var peer = new Http2Peer(socket, 0);
            peer.ok(peer.nextRequest());
            peer.nextRequest();
        } else {
            RawServer.readHead(socket);
            RawServer.write(socket, HostileHttp1.OK + "Content-Length: 4\r\n\r\none!");
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP1, one!", "NEGOTIATE, ok", "HTTP2, ok"})
    void tlsNegotiatesWhatIsSet(Protocol protocol, String body) throws Exception {
        start(protocol);
        try (var server = new RawServer(certificates.server("good"), List.of("h2", "http/1.1"), ProtocolTest::either)) {
            assertThat(get(transport.send(request(server.url("/")))).body())
                    .asString()
                    .isEqualTo(body);
        }
    }

    @Test
    void forcedHttp2IsSpokenToPlainServersAtOnce() throws Exception {
        start(Protocol.HTTP2);
        try (var server = new RawServer(ProtocolTest::either)) {
            assertThat(get(transport.send(request(server.url("/")))).body())
                    .asString()
                    .isEqualTo("ok");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http/1.1", ""})
    void forcedHttp2FailsIfTlsDoesNotNegotiateIt(String offered) throws Exception {
        start(Protocol.HTTP2);
        var offers = offered.isEmpty() ? List.<String>of() : List.of(offered);
        try (var server = new RawServer(certificates.server("good"), offers, socket -> {
            Exchanges.awaitEnd(() -> socket.getInputStream().read());
        })) {
            var failure = failure(transport.send(request(server.url("/"))));

            assertThat(failure.kind()).isIn(Failure.Kind.TLS, Failure.Kind.CONNECTION);
            assertThat(failure.maybeProcessed()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void abortAndTimeoutResetTheStreamAndLeaveTheConnection(boolean abort) throws Exception {
        start(Protocol.HTTP2);
        var arrived = new CompletableFuture<Void>();
        var ending = new CompletableFuture<Http2Peer.Frame>();
        try (var server = new RawServer(socket -> {
            var peer = new Http2Peer(socket, 0);
            peer.headers(peer.nextRequest(), false, "200");
            arrived.complete(null);
            ending.complete(peer.next());
            peer.ok(peer.nextRequest());
            peer.next();
        })) {
            var exchange = transport.send(request(server.url("/"), Duration.ofMillis(abort ? 10_000 : 500)));
            arrived.get(10, TimeUnit.SECONDS);
            if (abort) {
                exchange.abort();
            }

            assertThat(failure(exchange).kind()).isEqualTo(abort ? Failure.Kind.CONNECTION : Failure.Kind.TIMEOUT);
            var frame = ending.get(10, TimeUnit.SECONDS);
            assertThat(frame.type()).isEqualTo(Http2Peer.RST_STREAM);
            assertThat(frame.payload()).containsExactly(0, 0, 0, CANCEL);
            assertThat(get(transport.send(request(server.url("/")))).status()).isEqualTo(200);
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void connectionsGrowAtTheStreamLimitOfThePeer() throws Exception {
        start(Protocol.HTTP2);
        var answers = new ArrayList<Answer>(); // guarded by itself; the last of six requests has all of them answered
        try (var server = new RawServer(socket -> {
            var peer = new Http2Peer(socket, 2);
            while (true) {
                var stream = peer.nextRequest();
                synchronized (answers) {
                    answers.add(() -> peer.ok(stream));
                    if (answers.size() == 6) {
                        for (var answer : answers) {
                            answer.send();
                        }
                    }
                }
            }
        })) {
            var exchanges = new ArrayList<Exchange>();
            for (var i = 0; i < 6; i++) {
                exchanges.add(transport.send(request(server.url("/"))));
            }

            for (var exchange : exchanges) {
                assertThat(get(exchange).status()).isEqualTo(200);
            }
            assertThat(server.accepted()).isGreaterThanOrEqualTo(3);
        }
    }

    private interface Answer {

        void send() throws IOException;
    }
}
