package io.patienthttp.internal.http;

import io.patienthttp.Failure;
import io.patienthttp.spi.HttpTransport;
import io.patienthttp.spi.IncomingResponse;
import io.patienthttp.spi.OutgoingRequest;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends over HTTP/1.1 and HTTP/2 with Jetty's client: thousands of exchanges on a few threads, one timeout to the last
 * byte, bodies bounded by {@code max-response-size} after decompression and read no faster than the byte budget allows.
 * May be started again after a stop.
 */
public final class JettyTransport implements HttpTransport {

    private static final Logger log = LoggerFactory.getLogger(JettyTransport.class);

    private final TransportSettings settings;
    private final ByteBudget budget;
    private final SslContextFactory.Client tls;
    private final Object lock = new Object();
    private volatile @Nullable HttpClient client; // written under lock

    /** A transport that is not started. */
    public JettyTransport(TransportSettings settings, ByteBudget budget) {
        this(settings, budget, new SslContextFactory.Client());
    }

    JettyTransport(TransportSettings settings, ByteBudget budget, SslContextFactory.Client tls) {
        this.settings = settings;
        this.budget = budget;
        this.tls = tls;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if the client cannot be opened
     */
    @Override
    public void start() {
        synchronized (lock) {
            if (client != null) {
                return;
            }
            try {
                client = new JettyClientFactory(settings, tls).start();
            } catch (Exception e) {
                throw new IllegalStateException("the HTTP client cannot be started", e);
            }
        }
        log.debug("Started the HTTP client with {}", settings);
    }

    @Override
    public void stop() {
        HttpClient stopping;
        synchronized (lock) {
            stopping = client;
            client = null;
        }
        if (stopping != null) {
            LifeCycle.stop(stopping);
            log.debug("Stopped the HTTP client");
        }
    }

    @Override
    public Exchange send(OutgoingRequest request) {
        var running = client;
        if (running == null) {
            return new Refused(new IllegalStateException("the HTTP client is not running"));
        }
        try {
            var errors = new TransportErrors(request.timeout(), settings.connectTimeout(), origin(request));
            var exchange = new JettyExchange(running, request, settings.maxResponseSize(), budget.open(), errors);
            exchange.send();
            return exchange;
        } catch (RuntimeException e) {
            return new Refused(e);
        }
    }

    private static String origin(OutgoingRequest request) {
        var url = request.url();
        var port = url.getPort() >= 0 ? url.getPort() : "https".equalsIgnoreCase(url.getScheme()) ? 443 : 80;
        return url.getHost().toLowerCase(Locale.ROOT) + ":" + port;
    }

    /** An exchange that was never opened. */
    private static final class Refused implements Exchange {

        private final CompletionStage<IncomingResponse> response;

        private Refused(RuntimeException cause) {
            response = CompletableFuture.failedStage(TransportErrors.of(
                    Failure.Kind.CONNECTION, false, "the request could not be sent: " + cause.getMessage(), cause));
        }

        @Override
        public CompletionStage<IncomingResponse> response() {
            return response;
        }

        @Override
        public void abort() {}

        @Override
        public void release() {}
    }
}
