package io.patienthttp.internal.http;

import io.patienthttp.EgressPolicy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.SocketAddressResolver;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Looks names up on threads of its own, and lets the client connect only to addresses that the egress policy of the
 * destination allows. The client connects to exactly the addresses that were checked here, and asks again for the next
 * connection, so that a name cannot resolve to one address for the check and to another for the connection.
 */
final class NameResolver implements SocketAddressResolver {

    private final Network network;
    private final Executor threads;
    private final Scheduler scheduler;
    private final long timeoutMillis;

    NameResolver(Network network, Executor threads, Scheduler scheduler, long timeoutMillis) {
        this.network = network;
        this.threads = threads;
        this.scheduler = scheduler;
        this.timeoutMillis = timeoutMillis;
    }

    @Override
    public void resolve(String host, int port, Map<String, Object> context, Promise<List<InetSocketAddress>> promise) {
        threads.execute(() -> {
            var open = new AtomicBoolean(true);
            var thread = Thread.currentThread();
            var timer = scheduler.schedule(
                    () -> {
                        if (open.compareAndSet(true, false)) {
                            promise.failed(new TooLong());
                            thread.interrupt();
                        }
                    },
                    timeoutMillis,
                    TimeUnit.MILLISECONDS);
            List<InetSocketAddress> addresses = List.of();
            Throwable failure = null;
            try {
                addresses = addresses(host, port, policy(context));
            } catch (IOException | RuntimeException e) {
                failure = e;
            }
            if (open.compareAndSet(true, false)) {
                timer.cancel();
                if (failure == null) {
                    promise.succeeded(addresses);
                } else {
                    promise.failed(failure);
                }
            }
        });
    }

    /** The policy is the tag of the destination; a proxy is where the operator wants it. */
    private static EgressPolicy policy(Map<String, Object> context) {
        var destination = (Destination) context.get(Destination.CONTEXT_KEY);
        return destination != null
                        && destination.getProxy() == null
                        && destination.getOrigin().getTag() instanceof EgressPolicy policy
                ? policy
                : EgressPolicy.unrestricted();
    }

    private List<InetSocketAddress> addresses(String host, int port, EgressPolicy policy) throws IOException {
        var resolved = network.resolve(host);
        if (resolved.isEmpty()) {
            throw new UnknownHostException(host);
        }
        var passed = resolved.stream()
                .filter(address -> policy.allowsHost(host) || policy.allowsAddress(address))
                .map(address -> new InetSocketAddress(address, port))
                .toList();
        if (passed.isEmpty()) {
            throw new Denied();
        }
        return passed;
    }

    /** No address of the host is allowed. Has no message: which addresses a name has may be secret. */
    static final class Denied extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** The look-up took too long. */
    static final class TooLong extends TimeoutException {
        private static final long serialVersionUID = 1L;
    }
}
