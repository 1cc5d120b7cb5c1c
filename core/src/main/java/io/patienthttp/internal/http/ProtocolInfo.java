package io.patienthttp.internal.http;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.transport.HttpClientConnectionFactory;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.ClientConnectionFactoryOverHTTP2;
import org.eclipse.jetty.io.ClientConnectionFactory;
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

    @Override
    public List<String> getProtocols(boolean secure) {
        return secure ? this.secure : plain;
    }

    private static final class WithoutIdleTimeout extends ClientConnectionFactory.Wrapper {

        private WithoutIdleTimeout(ClientConnectionFactory wrapped) {
            super(wrapped);
        }

        @Override
        public org.eclipse.jetty.io.Connection newConnection(EndPoint endPoint, Map<String, Object> context)
                throws IOException {
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
    }
}
