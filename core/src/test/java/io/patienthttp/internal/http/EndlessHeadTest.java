package io.patienthttp.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.Failure;
import io.patienthttp.Protocol;
import io.patienthttp.spi.HttpTransport.Exchange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A head without end, by a server that sends faster than we read, which begins while the thread that read the answer
 * before is still busy with it: Jetty fails the exchange on that thread, and only once there is nothing to read.
 */
class EndlessHeadTest {

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch flooding = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean flood;
    private RawServer server;
    private JettyTransport transport;

    @BeforeEach
    void start() throws Exception {
        server = new RawServer(socket -> {
            RawServer.readHead(socket);
            await(asked);
            RawServer.write(socket, HostileHttp1.OK + "Content-Length: 2\r\n\r\nok");
            RawServer.readHead(socket);
            flood = true;
            RawServer.write(socket, HostileHttp1.OK + "A: ");
            flooding.countDown();
            Exchanges.awaitEnd(() -> socket.getInputStream().read());
            closed.countDown();
        });
        transport = new JettyTransport(
                Exchanges.settings(Duration.ofSeconds(30)),
                Exchanges.wire(Protocol.NEGOTIATE),
                new ByteBudget(10_000_000),
                new SslContextFactory.Client(),
                new Flooded());
        transport.start();
    }

    @AfterEach
    void stop() {
        transport.stop();
        server.close();
    }

    @Test
    void failsLongBeforeTheRequestTimeout() throws Exception {
        var first =
                transport.send(Exchanges.request(server.url("/"))).response().toCompletableFuture();
        var second = first.thenApply(response -> onTheThreadThatReadIt());
        asked.countDown();

        var failure = Exchanges.failure(second.get(10, TimeUnit.SECONDS));

        assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(Failure.Kind.PROTOCOL);
        assertThat(failure).hasMessageContaining("its head is larger than");
        assertThat(failure.maybeProcessed()).isTrue();
        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    private Exchange onTheThreadThatReadIt() {
        var exchange = transport.send(Exchanges.request(server.url("/"), Duration.ofMinutes(1)));
        await(flooding);
        return exchange;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Where a socket that the flood has begun on always has something to read. */
    private final class Flooded implements Network {

        @Override
        public List<InetAddress> resolve(String host) throws UnknownHostException {
            return List.of(InetAddress.getAllByName(host));
        }

        @Override
        public ClientConnector newConnector() {
            return new ClientConnector() {
                @Override
                protected EndPoint newEndPoint(
                        SelectableChannel channel, ManagedSelector selector, SelectionKey selectionKey) {
                    return new SocketChannelEndPoint((SocketChannel) channel, selector, selectionKey, getScheduler()) {
                        @Override
                        public int fill(ByteBuffer buffer) throws IOException {
                            var filled = super.fill(buffer);
                            if (filled != 0 || !flood) {
                                return filled;
                            }
                            BufferUtil.append(buffer, (byte) 'a');
                            return 1;
                        }
                    };
                }
            };
        }
    }
}
