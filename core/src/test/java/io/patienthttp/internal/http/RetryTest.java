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
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parity 46: only what provably was not processed is sent again, at once and within one deadline. */
class RetryTest {

    private static final int NO_ERROR = 0;
    private static final int REFUSED_STREAM = 7;
    private static final int CANCEL = 8;

    private final AtomicInteger requests = new AtomicInteger();
    private JettyTransport transport;

    @AfterEach
    void stop() {
        if (transport != null) {
            transport.stop();
        }
    }

    private void start(int retries) {
        start(retries, Exchanges.NETWORK);
    }

    private void start(int retries, Network network) {
        transport = new JettyTransport(
                settings(Duration.ofSeconds(30)),
                new Wire(Protocol.HTTP2, null, retries),
                new ByteBudget(1_000_000),
                new SslContextFactory.Client(),
                network);
        transport.start();
    }

    interface Act {
        void run(Http2Peer peer, int stream, int request) throws Exception;
    }

    /** A server that counts requests over all connections, from 1. */
    private RawServer server(Act act) throws Exception {
        return new RawServer(socket -> {
            var peer = new Http2Peer(socket, 0);
            while (true) {
                var stream = peer.nextRequest();
                try {
                    act.run(peer, stream, requests.incrementAndGet());
                } catch (InterruptedException e) {
                    return;
                } catch (Exception e) {
                    throw new IOException(e);
                }
            }
        });
    }

    @Test
    void refusedStreamIsSentAgain() throws Exception {
        start(2);
        try (var server = server((peer, stream, request) -> {
            if (request < 3) {
                peer.reset(stream, REFUSED_STREAM);
            } else {
                peer.ok(stream);
            }
        })) {
            assertThat(get(transport.send(request(server.url("/")))).status()).isEqualTo(200);

            assertThat(requests).hasValue(3);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void streamThatIsRefusedTooOftenWasNotProcessed(int retries) throws Exception {
        start(retries);
        try (var server = server((peer, stream, request) -> peer.reset(stream, REFUSED_STREAM))) {
            var failure = failure(transport.send(request(server.url("/?query"))));

            assertThat(failure.kind()).isEqualTo(Failure.Kind.CONNECTION);
            assertThat(failure.maybeProcessed()).isFalse();
            assertThat(failure).hasMessageNotContaining("query");
            assertThat(failure.getMessage().endsWith("(sent 3 times)")).isEqualTo(retries == 2);
            assertThat(requests).hasValue(retries + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {NO_ERROR, CANCEL})
    void streamThatIsResetOtherwiseMayHaveBeenProcessed(int error) throws Exception {
        start(2);
        try (var server = server((peer, stream, request) -> peer.reset(stream, error))) {
            var failure = failure(transport.send(request(server.url("/"))));

            assertThat(failure.kind()).isEqualTo(Failure.Kind.CONNECTION);
            assertThat(failure.maybeProcessed()).isTrue();
            assertThat(requests).hasValue(1);
        }
    }

    @Test
    void goAwaySendsAgainWhatIsBeyondItsLastStreamOnANewConnection() throws Exception {
        start(2);
        var both = new CountDownLatch(2);
        try (var server = new RawServer(socket -> {
            var peer = new Http2Peer(socket, 0);
            var first = peer.nextRequest();
            if (requests.incrementAndGet() > 2) {
                peer.ok(first);
                peer.nextRequest();
                return;
            }
            both.countDown();
            var second = peer.nextRequest();
            requests.incrementAndGet();
            both.countDown();
            peer.goAway(first, NO_ERROR);
            peer.headers(first, false, "201");
            peer.data(first, true, "ok");
            peer.awaitEndOf(second);
        })) {
            var one = transport.send(request(server.url("/")));
            // the second shares the connection of the first
            Awaitility.await().until(() -> both.getCount() == 1);
            var two = transport.send(request(server.url("/")));
            assertThat(both.await(10, TimeUnit.SECONDS)).isTrue();

            assertThat(get(one).status()).isEqualTo(201);
            assertThat(get(two).status()).isEqualTo(200);
            assertThat(requests).hasValue(3);
            assertThat(server.accepted()).isEqualTo(2);
        }
    }

    @Test
    void refusedConnectionIsTriedAgain() throws Exception {
        int closed;
        try (var listener = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            closed = listener.getLocalPort();
        }
        var lookUps = new AtomicInteger();
        start(2, new Network() {
            @Override
            public List<InetAddress> resolve(String host) throws UnknownHostException {
                lookUps.incrementAndGet();
                return List.of(InetAddress.getByName("127.0.0.1"));
            }

            @Override
            public ClientConnector newConnector() {
                return new ClientConnector();
            }
        });

        var failure = failure(transport.send(request("http://a.example:" + closed + "/")));

        assertThat(failure.kind()).isEqualTo(Failure.Kind.CONNECTION);
        assertThat(failure.maybeProcessed()).isFalse();
        assertThat(failure)
                .hasMessageContaining("could not connect to a.example:")
                .hasMessageEndingWith("(sent 3 times)");
        assertThat(lookUps).hasValue(3);
    }

    @Test
    void allTriesShareOneDeadline() throws Exception {
        start(100);
        try (var server = server((peer, stream, request) -> {
            Thread.sleep(150); // as slow as this, only a few fit
            peer.reset(stream, REFUSED_STREAM);
        })) {
            var start = System.nanoTime();

            var failure = failure(transport.send(request(server.url("/"), Duration.ofMillis(800))));

            // what is over first, the time or the last try
            assertThat(failure.kind()).isIn(Failure.Kind.TIMEOUT, Failure.Kind.CONNECTION);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            assertThat(requests.get()).isBetween(1, 6);
        }
    }

    @Test
    void abortEndsTheTries() throws Exception {
        start(100);
        var exchanges = new ArrayList<Exchange>();
        var known = new CountDownLatch(1);
        try (var server = server((peer, stream, request) -> {
            known.await();
            exchanges.get(0).abort();
            peer.reset(stream, REFUSED_STREAM);
        })) {
            exchanges.add(transport.send(request(server.url("/"))));
            known.countDown();

            assertThat(failure(exchanges.get(0))).hasMessage("the exchange was aborted");
            assertThat(requests).hasValue(1);
        }
    }

    /** Nobody can tell whether the server read the request before it closed. */
    @Test
    void keptAliveConnectionThatIsClosedAsTheRequestIsWrittenIsAFailure() throws Exception {
        transport = new JettyTransport(
                settings(Duration.ofSeconds(30)),
                new Wire(Protocol.HTTP1, null, 2),
                new ByteBudget(1_000_000),
                new SslContextFactory.Client(),
                Exchanges.NETWORK);
        transport.start();
        try (var server = new RawServer(socket -> {
            RawServer.readHead(socket);
            RawServer.write(socket, HostileHttp1.OK + "Content-Length: 2\r\n\r\nok");
            if (requests.incrementAndGet() == 1) {
                socket.getInputStream().read(); // the first byte of the next request
                RawServer.reset(socket);
            }
        })) {
            get(transport.send(request(server.url("/"))));

            var failure = failure(transport.send(request(server.url("/"))));

            assertThat(failure.kind()).isEqualTo(Failure.Kind.CONNECTION);
            assertThat(failure.maybeProcessed()).isTrue();
            assertThat(requests).hasValue(1);
            assertThat(get(transport.send(request(server.url("/")))).status()).isEqualTo(200);
        }
    }
}
