package io.patienthttp.internal.http;

import static io.patienthttp.internal.http.Exchanges.LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.EgressPolicy;
import io.patienthttp.Failure;
import io.patienthttp.Method;
import io.patienthttp.Outcome;
import io.patienthttp.OutcomeDetails;
import io.patienthttp.Progress;
import io.patienthttp.Protocol;
import io.patienthttp.RejectedFailure;
import io.patienthttp.Request;
import io.patienthttp.Response;
import io.patienthttp.spi.Limits;
import io.patienthttp.spi.Sent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Names and connections are under control of the test: 127.0.0.1 is allowed and stands for the public internet, and
 * 127.0.0.2 is denied. Whatever is not in 127.0.0.0/8 is never dialled.
 */
class EgressTest {

    private static final EgressPolicy POLICY = EgressPolicy.publicOnly().allow("127.0.0.1");

    private final Map<String, Deque<List<String>>> names = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> dialled = new ConcurrentLinkedQueue<>();
    private final ByteBudget budget = new ByteBudget(10_000_000);
    private final JettyTransport transport = newTransport(null);

    @BeforeEach
    void start() {
        transport.start();
    }

    @AfterEach
    void stop() {
        transport.stop();
    }

    private JettyTransport newTransport(Proxy proxy) {
        return new JettyTransport(
                Exchanges.settings(Duration.ofSeconds(30)),
                new Wire(Protocol.NEGOTIATE, proxy, 0),
                budget,
                new SslContextFactory.Client(),
                new Loopback());
    }

    /** Each look-up of a name takes the next answer; the last one stays. */
    @SafeVarargs
    private final void name(String host, List<String>... answers) {
        names.put(host, new ArrayDeque<>(List.of(answers)));
    }

    private final class Loopback implements Network {

        @Override
        public List<InetAddress> resolve(String host) throws UnknownHostException {
            var answers = names.get(host);
            if (answers == null) {
                return List.of(InetAddress.getByName(host)); // an address
            }
            var addresses = new ArrayList<InetAddress>();
            for (var address : answers.size() > 1 ? answers.poll() : answers.element()) {
                addresses.add(InetAddress.getByName(address));
            }
            return addresses;
        }

        @Override
        public ClientConnector newConnector() {
            return new ClientConnector() {
                @Override
                public void connect(SocketAddress address, Map<String, Object> context) {
                    var ip = ((InetSocketAddress) address).getAddress();
                    dialled.add(ip.getHostAddress());
                    if (!ip.isLoopbackAddress()) {
                        connectFailed(null, address, new IOException("the test does not dial " + ip), context);
                        return;
                    }
                    super.connect(address, context);
                }
            };
        }
    }

    private Outcome outcome(JettyTransport through, String url, EgressPolicy policy) throws Exception {
        var settings = new SendSettings(
                new Limits(LONG, null, null, Progress.BYTE, EgressPolicy.unrestricted()),
                Map.of(),
                5,
                false,
                null,
                Set.of());
        var sender = new RequestSender(through, Runnable::run, name -> Optional.empty(), new HashMap<>(), settings);
        var request = Request.builder(Method.GET, url).egress(policy).build();
        var details =
                OutcomeDetails.builder("id", request.method(), request.url()).build();
        var sending = sender.send(details, request, () -> true);
        var sent = (Sent.Done) sending.result().toCompletableFuture().get(10, TimeUnit.SECONDS);
        sending.release();
        return sent.outcome();
    }

    private void assertDenied(Outcome outcome, boolean maybeProcessed) {
        assertThat(outcome).isInstanceOf(RejectedFailure.class);
        var failure = (RejectedFailure) outcome;
        assertThat(failure.kind()).isEqualTo(Failure.Kind.EGRESS_DENIED);
        assertThat(failure.maybeProcessed()).isEqualTo(maybeProcessed);
        assertThat(failure.message())
                .startsWith("the egress policy allows no address of "
                        + outcome.url().getHost() + ":");
    }

    private static void ok(Socket socket) throws IOException {
        while (!RawServer.readHead(socket).isEmpty()) {
            RawServer.write(socket, HostileHttp1.OK + "Content-Length: 2\r\n\r\nok");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1", "169.254.169.254", "127.0.0.2", "[::1]", "[::ffff:127.0.0.2]", "[::127.0.0.2]",
                "[64:ff9b::7f00:2]", "[2002:7f00:2::]", "[fd00::1]", "0.0.0.0", "127.000.000.002", "2130706434"
            })
    void addressThatIsDeniedIsNotDialled(String host) throws Exception {
        assertDenied(outcome(transport, "http://" + host + ":9/?q", POLICY), false);

        assertThat(dialled).isEmpty();
    }

    @Test
    void allAddressesOfANameAreCheckedAndOnlyThoseThatPassAreDialled() throws Exception {
        name("bad.example", List.of("127.0.0.2", "10.0.0.1", "::1"));
        name("mixed.example", List.of("127.0.0.2", "127.0.0.1"));
        try (var server = new RawServer(EgressTest::ok)) {
            assertDenied(outcome(transport, "http://bad.example:" + server.port() + "/", POLICY), false);
            assertThat(dialled).isEmpty();

            assertThat(outcome(transport, "http://mixed.example:" + server.port() + "/", POLICY))
                    .isInstanceOf(Response.class);
            assertThat(dialled).containsExactly("127.0.0.1");
        }
    }

    @Test
    void nameThatChangesBetweenCheckAndConnectionGainsNothing() throws Exception {
        name("rebinding.example", List.of("127.0.0.1"), List.of("127.0.0.2"));
        try (var server = new RawServer(socket -> {
            RawServer.readHead(socket);
            RawServer.write(socket, HostileHttp1.OK + "Connection: close\r\nContent-Length: 0\r\n\r\n");
            socket.close();
        })) {
            var url = "http://rebinding.example:" + server.port() + "/";

            assertThat(outcome(transport, url, POLICY)).isInstanceOf(Response.class);
            assertDenied(outcome(transport, url, POLICY), false);

            assertThat(dialled).containsExactly("127.0.0.1");
        }
    }

    @Test
    void redirectIsCheckedToo() throws Exception {
        name("inside.example", List.of("127.0.0.2"));
        try (var server = new RawServer(socket -> {
            RawServer.readHead(socket);
            RawServer.write(
                    socket, "HTTP/1.1 302 Found\r\nLocation: http://inside.example/\r\nContent-Length: 0\r\n\r\n");
        })) {
            var outcome = outcome(transport, server.url("/"), POLICY);

            assertDenied(outcome, true); // the first hop was
            assertThat(outcome.url()).hasToString("http://inside.example/");
            assertThat(dialled).containsExactly("127.0.0.1");
        }
    }

    @Test
    void connectionThatWasOpenedWithoutThePolicyIsNotUsedUnderIt() throws Exception {
        name("inside.example", List.of("127.0.0.2"));
        try (var server = new RawServer("127.0.0.2", 0, EgressTest::ok)) {
            var url = "http://inside.example:" + server.port() + "/";

            assertThat(outcome(transport, url, EgressPolicy.unrestricted())).isInstanceOf(Response.class);
            assertDenied(outcome(transport, url, POLICY), false);
            assertThat(outcome(transport, url, EgressPolicy.publicOnly().allow("Inside.example")))
                    .isInstanceOf(Response.class);

            assertThat(server.accepted()).isEqualTo(2);
        }
    }

    @Test
    void behindAProxyAddressesAreCheckedAndNamesAreLeftToIt() throws Exception {
        try (var proxy = new RawServer(EgressTest::ok)) {
            var proxied = newTransport(new Proxy(false, "127.0.0.1", proxy.port(), null));
            proxied.start();
            try {
                for (var host : List.of(
                        "10.0.0.1",
                        "127.0.0.2",
                        "[::1]",
                        "[64:ff9b::7f00:1]",
                        "010.8.8.8",
                        "2130706433",
                        "0x7f000001")) {
                    assertDenied(outcome(proxied, "http://" + host + "/", POLICY), false);
                }
                assertThat(dialled).isEmpty();

                assertThat(outcome(proxied, "http://some.example/", POLICY)).isInstanceOf(Response.class);
                assertThat(outcome(proxied, "http://10.0.0.1/", EgressPolicy.unrestricted()))
                        .isInstanceOf(Response.class);
                assertThat(dialled).containsOnly("127.0.0.1");
            } finally {
                proxied.stop();
            }
        }
    }
}
