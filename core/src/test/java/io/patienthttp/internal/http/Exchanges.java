package io.patienthttp.internal.http;

import io.patienthttp.Method;
import io.patienthttp.Protocol;
import io.patienthttp.spi.HttpTransport.Exchange;
import io.patienthttp.spi.HttpTransport.TransportException;
import io.patienthttp.spi.IncomingResponse;
import io.patienthttp.spi.Limits;
import io.patienthttp.spi.OutgoingRequest;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** What tests of the transport have in common. */
final class Exchanges {

    static final long MAX_SIZE = 100_000;
    static final Duration LONG = Duration.ofSeconds(10);

    static final Network NETWORK = new Network.Real();

    private Exchanges() {}

    static TransportSettings settings(Duration idle) {
        return new TransportSettings(500, Duration.ofSeconds(5), MAX_SIZE, 500, idle, Duration.ofMinutes(10));
    }

    static JettyTransport transport(TransportSettings settings, ByteBudget budget) {
        return new JettyTransport(settings, wire(Protocol.NEGOTIATE), budget, new SslContextFactory.Client(), NETWORK);
    }

    /** Without proxy and retries. */
    static Wire wire(Protocol protocol) {
        return new Wire(protocol, null, 0);
    }

    static OutgoingRequest request(String url) {
        return request(url, LONG);
    }

    static OutgoingRequest request(String url, Duration timeout) {
        return new OutgoingRequest("id", Method.GET, URI.create(url), Map.of(), null, Limits.of(timeout));
    }

    static OutgoingRequest request(String url, Map<String, String> headers) {
        return new OutgoingRequest("id", Method.GET, URI.create(url), headers, null, Limits.of(LONG));
    }

    interface Read {
        int next() throws IOException;
    }

    /** Reads until the peer is gone, whether it closed or reset. */
    static void awaitEnd(Read read) {
        try {
            while (read.next() >= 0) {
                // whatever it sends
            }
        } catch (IOException e) {
            // gone as well
        }
    }

    static IncomingResponse get(Exchange exchange) throws Exception {
        return exchange.response().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    static TransportException failure(Exchange exchange) {
        try {
            var response = get(exchange);
            throw new AssertionError("was answered with status " + response.status());
        } catch (ExecutionException e) {
            return (TransportException) e.getCause();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
