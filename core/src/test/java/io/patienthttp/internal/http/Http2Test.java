package io.patienthttp.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.Failure;
import io.patienthttp.Method;
import io.patienthttp.Protocol;
import io.patienthttp.spi.HttpTransport.Exchange;
import io.patienthttp.spi.HttpTransport.TransportException;
import io.patienthttp.spi.Limits;
import io.patienthttp.spi.OutgoingRequest;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** TLS with ALPN, on a certificate made for the test. */
class Http2Test {

    private static final int STREAMS = 20;
    private static final Duration LONG = Duration.ofSeconds(10);

    private static final Certificates certificates = new Certificates();

    private final Set<String> connections = ConcurrentHashMap.newKeySet();
    private final Set<String> protocols = ConcurrentHashMap.newKeySet();
    private final ByteBudget budget = new ByteBudget(100_000_000);
    private Server server;
    private JettyTransport transport;
    private TestServer.Answer answer = (request, response, callback) -> callback.succeeded();

    @AfterEach
    void stop() throws Exception {
        if (transport != null) {
            transport.stop();
        }
        if (server != null) {
            server.stop();
        }
    }

    @Test
    void exchangesShareConnectionsUpToTheLimitOfThePeerThenMoreAreOpened() throws Exception {
        var arrived = new CountDownLatch(200);
        var go = new CompletableFuture<Void>();
        start(true, Duration.ofSeconds(30));
        answer = (request, response, callback) -> {
            arrived.countDown();
            go.thenRun(callback::succeeded);
        };
        var exchanges = new ArrayList<Exchange>();
        for (var i = 0; i < 200; i++) {
            exchanges.add(send(LONG));
        }

        assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();

        go.complete(null);
        for (var exchange : exchanges) {
            assertThat(exchange.response()
                            .toCompletableFuture()
                            .get(10, TimeUnit.SECONDS)
                            .status())
                    .isEqualTo(200);
        }
        assertThat(protocols).containsExactly("HTTP/2.0");
        // 200 exchanges of 20 to a connection; a few more than needed may be opened at the start
        assertThat(connections.size()).isBetween(10, 16);
    }

    @Test
    void serverWithoutHttp2GetsOneConnectionForEachExchange() throws Exception {
        var arrived = new CountDownLatch(100);
        var go = new CompletableFuture<Void>();
        start(false, Duration.ofSeconds(30));
        answer = (request, response, callback) -> {
            arrived.countDown();
            go.thenRun(callback::succeeded);
        };
        for (var i = 0; i < 100; i++) {
            send(LONG);
        }

        assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();

        go.complete(null);
        assertThat(protocols).containsExactly("HTTP/1.1");
        assertThat(connections).hasSize(100);
    }

    @Test
    void silentServerOutlivesTheIdleTimeoutThenTheConnectionIsClosed() throws Exception {
        start(true, Duration.ofMillis(200));
        answer = (request, response, callback) ->
                CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS).execute(callback::succeeded);

        send(LONG).response().toCompletableFuture().get(10, TimeUnit.SECONDS);

        Awaitility.await()
                .atMost(LONG)
                .until(() -> connector().getConnectedEndPoints().isEmpty());
        assertThat(connections).hasSize(1);
    }

    @Test
    void timeoutEndsOneExchangeAndLeavesTheOthersOnItsConnection() throws Exception {
        var go = new CompletableFuture<Void>();
        start(true, Duration.ofSeconds(30));
        answer = (request, response, callback) -> response.write(
                false,
                ByteBuffer.wrap(new byte[10]),
                Callback.from(() -> go.thenRun(callback::succeeded), callback::failed));
        var patient = send(LONG);
        Awaitility.await().atMost(LONG).until(() -> connections.size() == 1);

        var failure = failure(send(Duration.ofMillis(300)));
        go.complete(null);

        assertThat(failure.kind()).isEqualTo(Failure.Kind.TIMEOUT);
        assertThat(patient.response()
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS)
                        .body())
                .hasSize(10);
        assertThat(connections).hasSize(1);
    }

    @Test
    void largeBodiesPassTheSmallWindow() throws Exception {
        start(true, Duration.ofSeconds(30));
        answer = (request, response, callback) -> response.write(true, ByteBuffer.wrap(new byte[900_000]), callback);
        var exchanges = new ArrayList<Exchange>();
        for (var i = 0; i < 10; i++) {
            exchanges.add(send(LONG));
        }

        for (var exchange : exchanges) {
            assertThat(exchange.response()
                            .toCompletableFuture()
                            .get(10, TimeUnit.SECONDS)
                            .body())
                    .hasSize(900_000);
        }
    }

    @Test
    void unknownCertificateIsATlsFailure() throws Exception {
        start(true, Duration.ofSeconds(30));
        var strict = Exchanges.transport(settings(Duration.ofSeconds(30)), budget);
        strict.start();
        try {
            var failure = failure(strict.send(request(LONG)));

            assertThat(failure.kind()).isEqualTo(Failure.Kind.TLS);
            assertThat(failure.maybeProcessed()).isFalse();
        } finally {
            strict.stop();
        }
    }

    private void start(boolean withHttp2, Duration idle) throws Exception {
        var keys = new SslContextFactory.Server();
        keys.setSslContext(certificates.server("good"));
        keys.setSniRequired(false);
        var configuration = new HttpConfiguration();
        var http1 = new HttpConnectionFactory(configuration);
        var h2 = new HTTP2ServerConnectionFactory(configuration);
        h2.setMaxConcurrentStreams(STREAMS);
        server = new Server();
        ServerConnector connector;
        if (withHttp2) {
            var alpn = new ALPNServerConnectionFactory("h2", "http/1.1");
            alpn.setDefaultProtocol("http/1.1");
            connector = new ServerConnector(server, 1, 1, new SslConnectionFactory(keys, "alpn"), alpn, h2, http1);
        } else {
            connector = new ServerConnector(server, 1, 1, new SslConnectionFactory(keys, "http/1.1"), http1);
        }
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                protocols.add(request.getConnectionMetaData().getProtocol());
                connections.add(request.getConnectionMetaData().getId());
                answer.handle(request, response, callback);
                return true;
            }
        });
        server.start();
        transport = new JettyTransport(
                settings(idle), Exchanges.wire(Protocol.NEGOTIATE), budget, certificates.trust(), Exchanges.NETWORK);
        transport.start();
    }

    private static TransportSettings settings(Duration idle) {
        return new TransportSettings(500, Duration.ofSeconds(5), 1_000_000, 100, idle, Duration.ofMinutes(10));
    }

    private ServerConnector connector() {
        return (ServerConnector) server.getConnectors()[0];
    }

    private OutgoingRequest request(Duration timeout) {
        var port = connector().getLocalPort();
        var url = URI.create("https://127.0.0.1:" + port + "/");
        return new OutgoingRequest("id", Method.GET, url, Map.of(), null, Limits.of(timeout));
    }

    private Exchange send(Duration timeout) {
        return transport.send(request(timeout));
    }

    private static TransportException failure(Exchange exchange) throws Exception {
        try {
            var response = exchange.response().toCompletableFuture().get(10, TimeUnit.SECONDS);
            throw new AssertionError("was answered with status " + response.status());
        } catch (ExecutionException e) {
            return (TransportException) e.getCause();
        }
    }
}
