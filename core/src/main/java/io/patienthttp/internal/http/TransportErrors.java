package io.patienthttp.internal.http;

import io.patienthttp.Failure;
import io.patienthttp.spi.HttpTransport.TransportException;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.client.HttpResponseException;
import org.eclipse.jetty.client.RetryableRequestException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http2.ErrorCode;
import org.jspecify.annotations.Nullable;

/** Says in a user's words why an exchange failed. Shows no header, body, query or user info. */
final class TransportErrors {

    /** The reasons that Jetty's parser gives if a head is too large, and if the connection ends inside one. */
    private static final String HEAD_TOO_LARGE = "Response Header Bytes Too Large";

    private static final String EARLY_END = "Early EOF";

    /** The message of the exception that Jetty makes of such a frame. */
    private static final String REFUSED_STREAM = ErrorCode.toString(ErrorCode.REFUSED_STREAM_ERROR.code, null);

    /** What Jetty says of a handshake during which the connection ended. */
    private static final String ENDED_IN_HANDSHAKE = "Abruptly closed by peer";

    private final long startNanos = System.nanoTime();
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
    TransportException of(Throwable cause, boolean begun, boolean answered) {
        if (cause instanceof TransportException known) {
            return known;
        }
        var sent = begun && (answered || !isUnprocessed(cause));
        if (find(cause, SocketTimeoutException.class) != null) {
            return connectTimeout(cause);
        }
        if (cause instanceof TimeoutException) {
            return timeout((TimeoutException) cause, sent);
        }
        if (find(cause, NameResolver.Denied.class) != null) {
            return denied();
        }
        if (find(cause, UnknownHostException.class) != null || cause instanceof UnresolvedAddressException) {
            return of(Failure.Kind.DNS, false, "the host of " + origin + " has no address", cause);
        }
        var tls = find(cause, SSLException.class);
        if (tls != null && !sent && isStalled(tls)) {
            return connectTimeout(cause);
        }
        if (tls != null) {
            var what = sent ? "the TLS connection to " : "the TLS handshake with ";
            return of(Failure.Kind.TLS, sent, what + origin + " failed: " + tls.getMessage(), cause);
        }
        if (cause instanceof HttpResponseException answer
                && HttpMethod.CONNECT.is(answer.getResponse().getRequest().getMethod())) {
            return proxy(answer.getResponse().getStatus(), cause);
        }
        var http = find(cause, HttpException.class);
        if (http != null && EARLY_END.equals(http.getReason())) {
            return connection(new EOFException(), sent);
        }
        if (http != null || cause instanceof HttpResponseException) {
            return protocol(http, cause, sent);
        }
        return connection(cause, sent);
    }

    private TransportException protocol(@Nullable HttpException http, Throwable cause, boolean sent) {
        var tooLarge = http != null && HEAD_TOO_LARGE.equals(http.getReason());
        return of(
                Failure.Kind.PROTOCOL,
                sent,
                "the answer of " + origin + " is not valid HTTP"
                        + (tooLarge
                                ? ": its head is larger than " + JettyClientFactory.MAX_HEADERS_SIZE + " bytes"
                                : ""),
                cause);
    }

    /**
     * Whether the handshake ended because it took too long: Jetty then closes the connection, and now and then hears of
     * the peer's end of it before it tells us of the timeout.
     */
    private boolean isStalled(SSLException tls) {
        return ENDED_IN_HANDSHAKE.equals(tls.getMessage())
                && System.nanoTime() - startNanos >= connectTimeout.toNanos();
    }

    /** The stream was refused, or is beyond the last one that the server says it may process (RFC 9113, section 8.7). */
    private static boolean isUnprocessed(Throwable cause) {
        return find(cause, RetryableRequestException.class) != null || REFUSED_STREAM.equals(cause.getMessage());
    }

    TransportException invalid(String why) {
        return of(Failure.Kind.PROTOCOL, true, "the answer of " + origin + " is not valid HTTP: " + why);
    }

    TransportException denied() {
        return of(Failure.Kind.EGRESS_DENIED, false, "the egress policy allows no address of " + origin);
    }

    TransportException proxy(int status, Throwable cause) {
        return of(
                Failure.Kind.CONNECTION,
                false,
                "the proxy answered with status " + status + " instead of connecting to " + origin,
                cause);
    }

    private TransportException connection(Throwable cause, boolean sent) {
        var socket = find(cause, SocketException.class);
        var what = !sent || socket instanceof ConnectException
                ? "could not connect to " + origin
                : "the connection to " + origin + " ended before the answer was complete";
        return of(Failure.Kind.CONNECTION, sent, what + reason(cause, socket), cause);
    }

    /** That a connection just ended needs no more words; what else is not a socket's may hold anything but its class. */
    private static String reason(Throwable cause, @Nullable SocketException socket) {
        if (socket != null && socket.getMessage() != null) {
            return ": " + socket.getMessage();
        }
        return cause instanceof EOFException || cause instanceof ClosedChannelException
                ? ""
                : ": " + cause.getClass().getSimpleName();
    }

    TransportException overdue(boolean sent) {
        return timeout(new TimeoutException("Total timeout"), sent);
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
        if (cause instanceof NameResolver.TooLong) {
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

    static String text(Duration duration) {
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
