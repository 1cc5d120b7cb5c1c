package io.patienthttp.internal.http;

import static io.patienthttp.internal.http.Exchanges.failure;
import static io.patienthttp.internal.http.Exchanges.get;
import static io.patienthttp.internal.http.Exchanges.request;
import static io.patienthttp.internal.http.Exchanges.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.Failure;
import io.patienthttp.Protocol;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parity 45, with a proxy that makes real tunnels. */
class ProxyTest {

    private static final Certificates certificates = new Certificates();

    private final ConcurrentLinkedQueue<String> heads = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> originHeads = new ConcurrentLinkedQueue<>();
    private JettyTransport transport;

    @AfterEach
    void stop() {
        if (transport != null) {
            transport.stop();
        }
    }

    private void start(Protocol protocol, String url) {
        transport = new JettyTransport(
                settings(Duration.ofSeconds(30)),
                new Wire(protocol, Proxy.of(URI.create(url)), 0),
                new ByteBudget(1_000_000),
                certificates.trust(),
                Exchanges.NETWORK);
        transport.start();
    }

    private void proxy(Socket socket) throws IOException {
        var head = RawServer.readHead(socket);
        heads.add(head.toLowerCase(Locale.ROOT));
        if (!head.startsWith("CONNECT ")) {
            RawServer.write(socket, HostileHttp1.OK + "Content-Length: 5\r\n\r\nproxy");
            return;
        }
        var target = head.split(" ")[1].split(":");
        try (var onward = new Socket(target[0], Integer.parseInt(target[1]))) {
            RawServer.write(socket, "HTTP/1.1 200 Connection established\r\n\r\n");
            var back = new Thread(() -> copy(onward, socket), "raw-server");
            back.setDaemon(true);
            back.start();
            copy(socket, onward);
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // one of both is gone
        }
    }

    private void origin(Socket socket) throws IOException {
        while (true) {
            var head = RawServer.readHead(socket);
            if (head.isEmpty()) {
                return;
            }
            originHeads.add(head.toLowerCase(Locale.ROOT));
            RawServer.write(socket, HostileHttp1.OK + "Content-Length: 6\r\n\r\norigin");
        }
    }

    @Test
    void httpGoesThroughTheProxyWithTheWholeUrl() throws Exception {
        try (var proxy = new RawServer(this::proxy)) {
            start(Protocol.NEGOTIATE, "http://user:p%2Bss%3A@127.0.0.1:" + proxy.port());

            assertThat(get(transport.send(request("http://some.invalid/a?b"))).body())
                    .asString()
                    .isEqualTo("proxy");

            assertThat(heads.peek())
                    .startsWith("get http://some.invalid/a?b http/1.1\r\n")
                    .contains("host: some.invalid\r\n")
                    .contains(basic("user:p+ss:"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "https"})
    void httpsGoesThroughATunnelAndTheOriginSeesNoCredentials(String scheme) throws Exception {
        try (var proxy = scheme.equals("http")
                        ? new RawServer(this::proxy)
                        : new RawServer(certificates.server("good"), List.of(), this::proxy);
                var origin = new RawServer(certificates.server("good"), List.of(), this::origin)) {
            start(Protocol.NEGOTIATE, scheme + "://user:p%2Bss%3A@127.0.0.1:" + proxy.port());

            for (var i = 0; i < 3; i++) {
                assertThat(get(transport.send(request(origin.url("/a?b")))).body())
                        .asString()
                        .isEqualTo("origin");
            }

            assertThat(heads).hasSize(1);
            assertThat(heads.peek())
                    .startsWith("connect 127.0.0.1:" + origin.port() + " http/1.1\r\n")
                    .contains(basic("user:p+ss:"));
            assertThat(originHeads).hasSize(3).allSatisfy(head -> assertThat(head)
                    .doesNotContain("proxy-"));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"HTTP2", "NEGOTIATE"})
    void http2GoesThroughATunnel(Protocol protocol) throws Exception {
        try (var proxy = new RawServer(this::proxy);
                var origin = new RawServer(certificates.server("good"), List.of("h2"), socket -> {
                    var peer = new Http2Peer(socket, 0);
                    while (true) {
                        peer.ok(peer.nextRequest());
                    }
                })) {
            start(protocol, "http://127.0.0.1:" + proxy.port());

            assertThat(get(transport.send(request(origin.url("/")))).body())
                    .asString()
                    .isEqualTo("ok");

            assertThat(heads.peek()).startsWith("connect ").doesNotContain("authorization");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://some.invalid/?query", "https://some.invalid/?query"})
    void refusalOfTheProxyIsAFailureWithoutCredentials(String url) throws Exception {
        try (var proxy = new RawServer(socket -> {
            RawServer.readHead(socket);
            RawServer.write(
                    socket,
                    "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
                            + "Content-Length: 0\r\n\r\n");
        })) {
            start(Protocol.NEGOTIATE, "http://user:hidden@127.0.0.1:" + proxy.port());

            var failure = failure(transport.send(request(url)));

            assertThat(failure.kind()).isEqualTo(Failure.Kind.CONNECTION);
            assertThat(failure.maybeProcessed()).isFalse();
            assertThat(failure)
                    .hasMessageContaining("the proxy answered with status 407 instead of connecting to some.invalid:")
                    .hasMessageNotContaining("hidden")
                    .hasMessageNotContaining("query");
        }
    }

    @Test
    void credentialsAreNotShown() {
        assertThat(new Wire(Protocol.NEGOTIATE, Proxy.of(URI.create("http://user:hidden@proxy")), 0))
                .hasToString("Wire[protocol=NEGOTIATE, proxy=Proxy[secure=false, host=proxy, port=80,"
                        + " credentials=Credentials[hidden]], retries=0]");
    }

    private static String basic(String credentials) {
        var encoded = Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
        return "proxy-authorization: basic " + encoded.toLowerCase(Locale.ROOT) + "\r\n";
    }
}
