package io.patienthttp.internal.http;

import io.patienthttp.Failure;
import io.patienthttp.Origin;
import io.patienthttp.spi.HttpTransport;
import io.patienthttp.spi.IncomingResponse;
import io.patienthttp.spi.OutgoingRequest;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
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
    private final Wire wire;
    private final ByteBudget budget;
    private final SslContextFactory.Client tls;
    private final Network network;
    private final Set<RetryingExchange> open = ConcurrentHashMap.newKeySet();
    private final Object lock = new Object();
    private volatile @Nullable HttpClient client; // written under lock

    /** A transport that is not started. */
    public JettyTransport(TransportSettings settings, Wire wire, ByteBudget budget) {
        this(settings, wire, budget, new SslContextFactory.Client(), new Network.Real());
    }

    JettyTransport(
            TransportSettings settings, Wire wire, ByteBudget budget, SslContextFactory.Client tls, Network network) {
        this.settings = settings;
        this.wire = wire;
        this.budget = budget;
        this.tls = tls;
        this.network = network;
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
                client = new JettyClientFactory(settings, wire, tls, network).start(this::sweep);
            } catch (Exception e) {
                throw new IllegalStateException("the HTTP client cannot be started", e);
            }
        }
        log.debug("Started the HTTP client with {}, {}", settings, wire);
    }

    private boolean sweep() {
        open.forEach(RetryingExchange::sweep);
        return false;
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
            var limits = request.limits();
            var errors = new TransportErrors(limits.timeout(), settings.connectTimeout(), origin(request));
            if (wire.proxy() != null && Literals.isDenied(request.url().getHost(), limits.egress())) {
                return new Refused(errors.denied());
            }
            var exchange = new RetryingExchange(
                    left -> new JettyExchange(
                            running, request, left, settings.maxResponseSize(), budget.open(), errors),
                    running,
                    wire.retries(),
                    limits.timeout());
            exchange.send();
            open.add(exchange);
            exchange.response().whenComplete((answer, failure) -> open.remove(exchange));
            return exchange;
        } catch (RuntimeException e) {
            return new Refused(e);
        }
    }

    private static String origin(OutgoingRequest request) {
        var origin = Origin.of(request.url());
        return origin.host() + ":" + origin.port();
    }

    /** An exchange that was never opened. */
    private static final class Refused implements Exchange {

        private final CompletionStage<IncomingResponse> response;

        private Refused(RuntimeException cause) {
            this(TransportErrors.of(
                    Failure.Kind.CONNECTION, false, "the request could not be sent: " + cause.getMessage(), cause));
        }

        private Refused(TransportException cause) {
            response = CompletableFuture.failedStage(cause);
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
