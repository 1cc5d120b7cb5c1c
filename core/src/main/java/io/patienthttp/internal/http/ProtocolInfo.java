package io.patienthttp.internal.http;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.transport.HttpClientConnectionFactory;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.ClientConnectionFactoryOverHTTP2;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Promise;

/**
 * A protocol that the client may speak. Takes Jetty's idle timeout off each connection once it is set up. Until then it
 * bounds a TLS handshake that stalls; afterwards it would close an HTTP/2 connection, and fail the exchanges on it, when
 * no frame came for so long. {@link OriginPool} closes idle connections instead.
 */
final class ProtocolInfo extends ClientConnectionFactory.Info {

    private final List<String> secure;
    private final List<String> plain;

    private ProtocolInfo(ClientConnectionFactory factory, List<String> secure, List<String> plain) {
        super(new WithoutIdleTimeout(factory));
        installBean(factory);
        this.secure = secure;
        this.plain = plain;
    }

    static ProtocolInfo http1() {
        var names = List.of("http/1.1");
        return new ProtocolInfo(new HttpClientConnectionFactory(), names, names);
    }

    /** HTTP/2 where TLS negotiates it. */
    static ProtocolInfo http2(HTTP2Client client) {
        return new ProtocolInfo(new ClientConnectionFactoryOverHTTP2(client), List.of("h2"), List.of());
    }

    /**
     * HTTP/2 and nothing else. Jetty negotiates only where there are several names, and then leaves {@code h2c} out.
     */
    static ProtocolInfo http2Only(HTTP2Client client) {
        return new ProtocolInfo(new Negotiated(client), List.of("h2", "h2c"), List.of("h2c"));
    }

    @Override
    public List<String> getProtocols(boolean secure) {
        return secure ? this.secure : plain;
    }

    /** Over TLS, HTTP/2 is spoken only to a server that chose it (RFC 9113, section 3.2). */
    private static final class Negotiated extends ClientConnectionFactoryOverHTTP2 {

        private Negotiated(HTTP2Client client) {
            super(client);
        }

        @Override
        public org.eclipse.jetty.io.Connection newConnection(EndPoint endPoint, Map<String, Object> context)
                throws IOException {
            if (endPoint.isSecure() && context.get(ClientConnector.APPLICATION_PROTOCOL_CONTEXT_KEY) == null) {
                throw new IOException("the server does not negotiate HTTP/2");
            }
            return super.newConnection(endPoint, context);
        }
    }

    private static final class WithoutIdleTimeout extends ClientConnectionFactory.Wrapper {

        private WithoutIdleTimeout(ClientConnectionFactory wrapped) {
            super(wrapped);
        }

        @Override
        public org.eclipse.jetty.io.Connection newConnection(EndPoint endPoint, Map<String, Object> context)
                throws IOException {
            if (isToProxy(context)) {
                return super.newConnection(endPoint, context); // a tunnel is still to be made, and TLS in it
            }
            @SuppressWarnings("unchecked")
            var promise = (Promise<Connection>) context.get(Connection.PROMISE_CONTEXT_KEY);
            context.put(Connection.PROMISE_CONTEXT_KEY, new Promise.Wrapper<>(promise) {
                @Override
                public void succeeded(Connection connection) {
                    endPoint.setIdleTimeout(0);
                    super.succeeded(connection);
                }
            });
            return super.newConnection(endPoint, context);
        }

        private static boolean isToProxy(Map<String, Object> context) {
            return context.get(ClientConnector.HTTP_CLIENT_CONTEXT_KEY) instanceof HttpClient client
                    && context.get(Destination.CONTEXT_KEY) instanceof Destination destination
                    && client.getProxyConfiguration().getProxies().stream()
                            .anyMatch(proxy -> proxy.getOrigin().equals(destination.getOrigin()));
        }
    }
}
