package io.patienthttp.internal.http;

import static io.patienthttp.internal.http.Exchanges.LONG;
import static io.patienthttp.internal.http.Exchanges.MAX_SIZE;
import static io.patienthttp.internal.http.Exchanges.failure;
import static io.patienthttp.internal.http.Exchanges.get;
import static io.patienthttp.internal.http.Exchanges.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.patienthttp.Failure;
import io.patienthttp.Protocol;
import io.patienthttp.spi.HttpTransport.Exchange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of connections that are used again (parity 44, 47), over real sockets. */
class ConnectionPoolTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";

    private final List<JettyTransport> started = new ArrayList<>();
    private volatile String address = "127.0.0.1";

    @AfterEach
    void stop() {
        started.forEach(JettyTransport::stop);
    }

    private JettyTransport start(int connectionsPerOrigin, Duration idle, Duration age) {
        var transport = new JettyTransport(
                new TransportSettings(100, LONG, MAX_SIZE, connectionsPerOrigin, idle, age),
                Exchanges.wire(Protocol.NEGOTIATE),
                new ByteBudget(100L * MAX_SIZE),
                new SslContextFactory.Client(),
                new Named());
        transport.start();
        started.add(transport);
        return transport;
    }

    /** Each name has the address that the test says. */
    private final class Named implements Network {

        @Override
        public List<InetAddress> resolve(String host) throws UnknownHostException {
            return List.of(InetAddress.getByName(address));
        }

        @Override
        public ClientConnector newConnector() {
            return new ClientConnector();
        }
    }

    @Test
    void anOriginGetsSoManyConnectionsAndTheOtherRequestsWaitForThem() throws Exception {
        var transport = start(2, MINUTE, MINUTE);
        var arrived = new AtomicInteger();
        var go = new CompletableFuture<Void>();
        // Jetty's server may lose an answer that another thread completes, on a connection that is used again
        try (var server = new RawServer(socket -> {
                    while (!RawServer.readHead(socket).isEmpty()) {
                        arrived.incrementAndGet();
                        go.join();
                        RawServer.write(socket, OK + "ok");
                    }
                });
                var other = new TestServer((request, response, callback) -> callback.succeeded())) {
            var exchanges = new ArrayList<Exchange>();
            for (int i = 0; i < 10; i++) {
                exchanges.add(transport.send(request(server.url("/"))));
            }
            await().atMost(LONG).until(() -> arrived.get() == 2);

            assertThat(get(transport.send(request(other.url("/")))).status())
                    .as("another origin has its own")
                    .isEqualTo(200);
            go.complete(null);

            for (var exchange : exchanges) {
                assertThat(get(exchange).status()).isEqualTo(200);
            }
            assertThat(server.accepted()).isEqualTo(2);
            assertThat(arrived).hasValue(10);
        }
    }

    @Test
    void aConnectionThatNobodyUsesIsClosed() throws Exception {
        var transport = start(10, Duration.ofMillis(100), MINUTE);
        try (var server = new TestServer((request, response, callback) -> callback.succeeded())) {
            get(transport.send(request(server.url("/"))));

            await().atMost(LONG).until(() -> server.closed.get() == 1);

            assertThat(get(transport.send(request(server.url("/")))).status()).isEqualTo(200);
            assertThat(server.opened).hasValue(2);
        }
    }

    @Test
    void anOldConnectionIsReplacedByOneToTheAddressThatTheNameHasNow() throws Exception {
        var transport = start(10, MINUTE, Duration.ofSeconds(2));
        try (var before = new RawServer("127.0.0.1", 0, socket -> answer(socket, "1"));
                var after = new RawServer("127.0.0.2", before.port(), socket -> answer(socket, "2"))) {
            var url = "http://moving.example:" + before.port() + "/";
            assertThat(body(transport, url)).isEqualTo(" 1");
            assertThat(body(transport, url)).as("kept alive").isEqualTo(" 1");
            assertThat(before.accepted()).isEqualTo(1);

            address = "127.0.0.2";

            await().atMost(LONG).until(() -> body(transport, url).equals(" 2"));
            assertThat(before.accepted()).isEqualTo(1);
            assertThat(after.accepted()).isEqualTo(1);
            await().atMost(LONG).until(() -> before.ended() == 1);
        }
    }

    @Test
    void aHandshakeThatStallsIsNoFailureOfTlsHoweverItsConnectionEnds() throws Exception {
        var transport = new JettyTransport(
                new TransportSettings(500, Duration.ofMillis(500), MAX_SIZE, 10, MINUTE, MINUTE),
                Exchanges.wire(Protocol.NEGOTIATE),
                new ByteBudget(100L * MAX_SIZE),
                new SslContextFactory.Client(),
                new Named());
        transport.start();
        started.add(transport);
        try (var server = new RawServer(socket -> {
            Exchanges.awaitEnd(socket.getInputStream()::read);
            socket.close(); // which the client may notice before its own timeout
        })) {
            var exchanges = new ArrayList<Exchange>();
            for (int i = 0; i < 150; i++) { // origins, because one failure fails what waits for the same one
                exchanges.add(transport.send(request("https://host" + i + ".example:" + server.port() + "/")));
            }

            for (var exchange : exchanges) {
                assertThat(failure(exchange).kind()).isNotEqualTo(Failure.Kind.TLS);
            }
        }
    }

    private static String body(JettyTransport transport, String url) throws Exception {
        return new String(get(transport.send(request(url))).body(), StandardCharsets.UTF_8);
    }

    private static void answer(Socket socket, String number) throws IOException {
        while (!RawServer.readHead(socket).isEmpty()) {
            RawServer.write(socket, OK + " " + number);
        }
    }
}
