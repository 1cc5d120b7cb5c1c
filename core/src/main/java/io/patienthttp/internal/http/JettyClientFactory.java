package io.patienthttp.internal.http;

import io.patienthttp.Protocol;
import java.time.Duration;
import org.eclipse.jetty.client.BasicAuthentication;
import org.eclipse.jetty.client.EarlyHintsProtocolHandler;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpProxy;
import org.eclipse.jetty.client.Origin;
import org.eclipse.jetty.client.ProcessingProtocolHandler;
import org.eclipse.jetty.client.ProtocolHandlers;
import org.eclipse.jetty.client.ProxyAuthenticationProtocolHandler;
import org.eclipse.jetty.client.RedirectProtocolHandler;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.WWWAuthenticationProtocolHandler;
import org.eclipse.jetty.client.transport.HttpClientTransportDynamic;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.SocketAddressResolver;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Sweeper;

/**
 * Builds the Jetty client: HTTP/1.1 and, where TLS negotiates it, HTTP/2; few daemon threads; nothing that Jetty would
 * do on its own (redirects, cookies, credentials, decompression).
 */
final class JettyClientFactory {

    private static final String THREADS = "patient-http-client";
    private static final int MAX_THREADS = 8;
    private static final int MAX_DNS_THREADS = 2;
    static final int MAX_HEADERS_SIZE = 64 * 1024;

    /**
     * The window of a stream is what we may be sent of a body before we ask for more: small, so that the size limit
     * and the byte budget stop a sender early (Jetty: 8 MiB). The window of the connection has room for all streams:
     * a body that waits for the byte budget must not stall the others.
     */
    private static final int STREAM_WINDOW = 64 * 1024;

    private static final int SESSION_WINDOW = STREAM_WINDOW * OriginPool.MAX_STREAMS;

    private final TransportSettings settings;
    private final Wire wire;
    private final SslContextFactory.Client tls;
    private final Network network;

    JettyClientFactory(TransportSettings settings, Wire wire, SslContextFactory.Client tls, Network network) {
        this.settings = settings;
        this.wire = wire;
        this.tls = tls;
        this.network = network;
    }

    /** A client that is started, and calls that about once a second. */
    HttpClient start(Sweeper.Sweepable exchanges) throws Exception {
        var client = newClient();
        try {
            client.start();
        } catch (Exception e) {
            LifeCycle.stop(client);
            throw e;
        }
        client.getBean(Sweeper.class).offer(exchanges);
        client.getContentDecoderFactories().clear();
        ProtocolHandlers handlers = client.getProtocolHandlers();
        handlers.remove(RedirectProtocolHandler.NAME);
        handlers.remove(WWWAuthenticationProtocolHandler.NAME);
        handlers.remove(ProxyAuthenticationProtocolHandler.NAME);
        handlers.remove(ProcessingProtocolHandler.NAME);
        handlers.remove(EarlyHintsProtocolHandler.NAME);
        handlers.put(new InterimAnswers());
        var proxy = wire.proxy();
        if (proxy != null) {
            use(client, proxy);
        }
        return client;
    }

    /** Credentials are sent at once, not after a challenge, and to the proxy alone. */
    private static void use(HttpClient client, Proxy proxy) {
        var via = new HttpProxy(new Origin.Address(proxy.host(), proxy.port()), proxy.secure());
        client.getProxyConfiguration().addProxy(via);
        var credentials = proxy.credentials();
        if (credentials != null) {
            client.getAuthenticationStore()
                    .addAuthenticationResult(new BasicAuthentication.BasicResult(
                            via.getURI(), HttpHeader.PROXY_AUTHORIZATION, credentials.user(), credentials.password()));
        }
    }

    private HttpClient newClient() {
        var threads = threads(THREADS, MAX_THREADS);
        var scheduler = new ScheduledExecutorScheduler(THREADS + "-timer", true, 1);
        var client = new HttpClient(newTransport());
        client.setName(THREADS);
        client.setExecutor(threads);
        client.setScheduler(scheduler);
        client.setSocketAddressResolver(newResolver(client, scheduler));
        client.setConnectTimeout(settings.connectTimeout().toMillis());
        client.setIdleTimeout(settings.connectTimeout().toMillis()); // until a connection is set up: ProtocolInfo
        client.setDestinationIdleTimeout(
                settings.idleConnectionTimeout().plusSeconds(60).toMillis());
        client.setMaxConnectionsPerDestination(settings.connectionsPerOrigin());
        client.setMaxRequestsQueuedPerDestination(settings.maxInFlight());
        client.setMaxRequestHeadersSize(MAX_HEADERS_SIZE);
        client.setMaxResponseHeadersSize(MAX_HEADERS_SIZE);
        client.setFollowRedirects(false);
        client.setUserAgentField(null);
        client.setDefaultRequestContentType(null);
        client.setHttpCookieStore(new HttpCookieStore.Empty());
        var quarter = settings.idleConnectionTimeout().dividedBy(4).toMillis();
        client.addBean(new Sweeper(scheduler, Math.max(10, Math.min(1_000, quarter))));
        return client;
    }

    /** Looking up a name blocks a thread: not one of those that read answers. */
    private SocketAddressResolver newResolver(HttpClient client, ScheduledExecutorScheduler scheduler) {
        var threads = threads(THREADS + "-dns", MAX_DNS_THREADS);
        threads.setReservedThreads(0);
        client.addBean(threads);
        return new NameResolver(
                network, threads, scheduler, settings.connectTimeout().toMillis());
    }

    private static QueuedThreadPool threads(String name, int max) {
        var threads = new QueuedThreadPool(max, 1);
        threads.setName(name);
        threads.setDaemon(true);
        return threads;
    }

    private HttpClientTransportDynamic newTransport() {
        var connector = network.newConnector();
        connector.setSelectors(1);
        connector.setSslContextFactory(tls);
        var http2 = new HTTP2Client(connector);
        http2.setInitialStreamRecvWindow(STREAM_WINDOW);
        http2.setInitialSessionRecvWindow(SESSION_WINDOW);
        http2.setMaxConcurrentPushedStreams(0);
        var transport = newTransport(connector, protocols(http2));
        transport.setConnectionPoolFactory(destination -> new OriginPool(
                destination,
                settings.connectionsPerOrigin(),
                settings.idleConnectionTimeout(),
                maxAge(settings.maxConnectionAge())));
        return transport;
    }

    private HttpClientTransportDynamic newTransport(ClientConnector connector, ClientConnectionFactory.Info[] infos) {
        return new HttpClientTransportDynamic(connector, infos) {
            @Override
            public Origin newOrigin(Request request) {
                if (wire.protocol() == Protocol.HTTP2) {
                    request.version(HttpVersion.HTTP_2); // else TLS would also negotiate what is there for the proxy
                }
                return super.newOrigin(request);
            }
        };
    }

    /** In the order of preference: the first one is spoken to plain http URLs, and the last one to a proxy. */
    private ClientConnectionFactory.Info[] protocols(HTTP2Client http2) {
        return switch (wire.protocol()) {
            case HTTP1 -> new ProtocolInfo[] {ProtocolInfo.http1()};
            case HTTP2 -> new ProtocolInfo[] {ProtocolInfo.http2Only(http2), ProtocolInfo.http1()};
            case NEGOTIATE -> new ProtocolInfo[] {ProtocolInfo.http1(), ProtocolInfo.http2(http2)};
        };
    }

    private static Duration maxAge(Duration age) {
        return age.toMillis() == 0 ? Duration.ofMillis(1) : age; // 0 would be no limit
    }
}
