package io.patienthttp.internal.http;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToIntFunction;
import org.eclipse.jetty.client.AbstractConnectionPool;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.client.MultiplexConnectionPool;
import org.eclipse.jetty.util.Pool;

/**
 * The connections to one origin, whichever protocol they speak: with ALPN it is known only after the handshake, so that
 * one pool serves both. An HTTP/1.1 connection has room for one exchange, an HTTP/2 connection for as many as its peer
 * allows, then another one is opened.
 *
 * <p>TLS connections are opened a few at a time: a thousand handshakes at once take longer than the connect timeout on
 * a small machine, and if the first ones turn out to speak HTTP/2, the others are not needed.
 *
 * <p>Idle connections are closed here, when Jetty's sweeper calls; {@link ProtocolInfo} says why.
 */
final class OriginPool extends AbstractConnectionPool {

    /** How many exchanges we put on one HTTP/2 connection, whatever its peer allows: see {@link JettyClientFactory}. */
    static final int MAX_STREAMS = 1_000;

    private static final int PENDING_UNKNOWN = 4;
    private static final int PENDING_TLS = 64;

    private final AtomicReference<StackPool<Connection>> connections;
    private final boolean secure;
    private final long idleNanos;
    private final ThreadLocal<Boolean> releases = ThreadLocal.withInitial(() -> false); // whether this thread does
    private volatile boolean protocolKnown;

    OriginPool(Destination destination, int maxConnections, Duration idleTimeout, Duration maxAge) {
        this(destination, maxConnections, idleTimeout, maxAge, new AtomicReference<>());
    }

    private OriginPool(
            Destination destination,
            int maxConnections,
            Duration idleTimeout,
            Duration maxAge,
            AtomicReference<StackPool<Connection>> connections) {
        super(destination, () -> newPool(maxConnections, connections), 1);
        this.connections = connections;
        this.secure = destination.isSecure();
        this.idleNanos = idleTimeout.toNanos();
        setMaxDuration(maxAge.toMillis());
    }

    private static Pool<Connection> newPool(int maxConnections, AtomicReference<StackPool<Connection>> connections) {
        var pool = new StackPool<>(maxConnections, maxExchanges(), System::nanoTime);
        connections.set(pool);
        return pool;
    }

    private static ToIntFunction<Connection> maxExchanges() {
        var allowed = MultiplexConnectionPool.newMaxMultiplexer(1);
        return connection -> {
            var exchanges = allowed.applyAsInt(connection);
            return exchanges <= 0 ? MAX_STREAMS : Math.min(exchanges, MAX_STREAMS);
        };
    }

    @Override
    protected void tryCreate(boolean create) {
        // Each connection that opens comes back here while requests are queued; one that cannot be opened fails them.
        if (!secure) {
            super.tryCreate(create);
            return;
        }
        if (mayOpenAnother()) {
            super.tryCreate(create);
        }
        if (protocolKnown && mayOpenAnother()) {
            super.tryCreate(false); // two for each that opened: from a few to many in a few round trips
        }
    }

    private boolean mayOpenAnother() {
        return getPendingConnectionCount() < (protocolKnown ? PENDING_TLS : PENDING_UNKNOWN);
    }

    @Override
    protected void onCreated(Connection connection) {
        if (connection instanceof MaxMultiplexable) {
            setInitialMaxMultiplex(maxExchanges().applyAsInt(connection));
        }
        protocolKnown = true;
    }

    @Override
    public boolean release(Connection connection) {
        releases.set(true);
        try {
            return super.release(connection);
        } finally {
            releases.remove();
        }
    }

    /**
     * Jetty removes an HTTP/2 connection when its peer goes away. Taken as the end of one of its uses, as Jetty's pools
     * do, that would close it before its last exchange ended (RFC 9113, section 6.8, lets that one finish).
     */
    @Override
    public boolean remove(Connection connection) {
        var pool = connections.get();
        if (connection instanceof MaxMultiplexable && !releases.get() && pool != null && pool.retire(connection)) {
            return false;
        }
        return super.remove(connection);
    }

    @Override
    public boolean sweep() {
        var pool = connections.get();
        if (pool != null) {
            pool.takeIdle(idleNanos).forEach(Connection::close);
        }
        return false;
    }
}
