package io.patienthttp.internal.http;

import io.patienthttp.Failure;
import io.patienthttp.spi.HttpTransport.TransportException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.client.HttpResponseException;
import org.eclipse.jetty.client.RetryableRequestException;
import org.eclipse.jetty.http.HttpException;
import org.jspecify.annotations.Nullable;

/** Says in a user's words why an exchange failed. Shows no header, body, query or user info. */
final class TransportErrors {

    private final Duration timeout;
    private final Duration connectTimeout;
    private final String origin;

    /** For an exchange with these limits, with that host and port. */
    TransportErrors(Duration timeout, Duration connectTimeout, String origin) {
        this.timeout = timeout;
        this.connectTimeout = connectTimeout;
        this.origin = origin;
    }

    static TransportException of(Failure.Kind kind, boolean sent, String message, Throwable cause) {
        return new TransportException(kind, sent, message, cause);
    }

    /** A failure that we found ourselves. */
    static TransportException of(Failure.Kind kind, boolean sent, String message) {
        return of(kind, sent, message, new IOException(message));
    }

    static TransportException tooLarge(long maxSize) {
        return of(
                Failure.Kind.RESPONSE_TOO_LARGE,
                true,
                "the body is larger than max-response-size, " + maxSize + " bytes");
    }

    /** Classifies what Jetty or the JDK reports (parity 64). */
    TransportException of(Throwable cause, boolean begun) {
        if (cause instanceof TransportException known) {
            return known;
        }
        var sent = begun && find(cause, RetryableRequestException.class) == null;
        if (find(cause, SocketTimeoutException.class) != null) {
            return connectTimeout(cause);
        }
        if (cause instanceof TimeoutException) {
            return timeout((TimeoutException) cause, sent);
        }
        if (find(cause, UnknownHostException.class) != null || cause instanceof UnresolvedAddressException) {
            return of(Failure.Kind.DNS, false, "the host of " + origin + " has no address", cause);
        }
        var tls = find(cause, SSLException.class);
        if (tls != null) {
            var what = sent ? "the TLS connection to " : "the TLS handshake with ";
            return of(Failure.Kind.TLS, sent, what + origin + " failed: " + tls.getMessage(), cause);
        }
        if (find(cause, HttpException.class) != null || cause instanceof HttpResponseException) {
            return of(Failure.Kind.PROTOCOL, sent, "the answer of " + origin + " is not valid HTTP", cause);
        }
        return connection(cause, sent);
    }

    private TransportException connection(Throwable cause, boolean sent) {
        var socket = find(cause, SocketException.class);
        var reason =
                socket == null || socket.getMessage() == null ? cause.getClass().getSimpleName() : socket.getMessage();
        var what = !sent || socket instanceof ConnectException
                ? "could not connect to " + origin
                : "the connection to " + origin + " ended before the answer was complete";
        return of(Failure.Kind.CONNECTION, sent, what + ": " + reason, cause);
    }

    private TransportException timeout(TimeoutException cause, boolean sent) {
        var message = String.valueOf(cause.getMessage());
        if (sent || message.startsWith("Total timeout")) { // as HttpDestination and HttpConnection word it
            return of(
                    Failure.Kind.TIMEOUT,
                    sent,
                    "no complete answer within the request timeout of " + text(timeout)
                            + (sent ? "" : ", spent waiting for a connection to " + origin),
                    cause);
        }
        if (message.startsWith("DNS timeout")) { // as SocketAddressResolver words it
            return of(
                    Failure.Kind.DNS,
                    false,
                    "looking up the host of " + origin + " took longer than the connect timeout of "
                            + text(connectTimeout),
                    cause);
        }
        return connectTimeout(cause); // the idle timeout, during the TLS handshake
    }

    private TransportException connectTimeout(Throwable cause) {
        return of(
                Failure.Kind.CONNECT_TIMEOUT,
                false,
                "no connection to " + origin + " within the connect timeout of " + text(connectTimeout),
                cause);
    }

    private static String text(Duration duration) {
        var millis = duration.toMillis();
        return millis % 1_000 == 0 ? millis / 1_000 + " s" : millis + " ms";
    }

    private static <T> @Nullable T find(Throwable error, Class<T> type) {
        var next = error;
        for (var depth = 0; next != null && depth < 10; depth++) {
            if (type.isInstance(next)) {
                return type.cast(next);
            }
            next = next.getCause();
        }
        return null;
    }
}
