package io.patienthttp.internal.http;

import io.patienthttp.EgressPolicy;
import io.patienthttp.Failure;
import io.patienthttp.Headers;
import io.patienthttp.Method;
import io.patienthttp.Progress;
import io.patienthttp.spi.HttpTransport;
import io.patienthttp.spi.HttpTransport.TransportException;
import io.patienthttp.spi.IncomingResponse;
import io.patienthttp.spi.OutgoingRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.ConnectionPool;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.transport.HttpRequest;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/** One request on its way through Jetty: from the first byte out to the last byte in. */
final class JettyExchange
        implements HttpTransport.Exchange,
                Response.BeginListener,
                Response.ContentSourceListener,
                Response.CompleteListener {

    /** How the body is framed is between the transport and its peer (RFC 9112, section 6). */
    private static final Set<String> FRAMING = Set.of("content-length", "transfer-encoding");

    private static final byte[] NO_BODY = {};

    private final HttpClient client;
    private final OutgoingRequest outgoing;
    private final long maxResponseSize;
    private final ByteBudget.Share share;
    private final TransportErrors errors;
    private final Idleness idleness;
    private final Request request;
    private final CompletableFuture<IncomingResponse> response = new CompletableFuture<>();
    private volatile boolean begun;
    private volatile boolean answered;
    private volatile @Nullable BodyReader reader;
    private volatile boolean decoded;

    /** An exchange that has so much time from {@link #send} on. */
    JettyExchange(
            HttpClient client,
            OutgoingRequest outgoing,
            Duration timeout,
            long maxResponseSize,
            ByteBudget.Share share,
            TransportErrors errors) {
        this.client = client;
        this.outgoing = outgoing;
        this.maxResponseSize = maxResponseSize;
        this.share = share;
        this.errors = errors;
        this.idleness = new Idleness(
                outgoing.limits(),
                client.getScheduler(),
                message -> abort(TransportErrors.of(Failure.Kind.TIMEOUT, true, message)));
        this.request = newRequest(Math.max(1, timeout.toMillis()));
    }

    private Request newRequest(long timeoutMillis) {
        var fresh = client.newRequest(outgoing.url())
                .method(outgoing.method().name())
                .timeout(timeoutMillis, TimeUnit.MILLISECONDS)
                // Only the total timeout ends an exchange; the connection gets its idle timeout back afterwards.
                .idleTimeout(0, TimeUnit.MILLISECONDS)
                .tag(tag(outgoing.limits().egress()))
                .onRequestBegin(r -> begun = true)
                .onRequestSuccess(r -> idleness.sent())
                .headers(this::putHeaders);
        var body = outgoing.body();
        return body == null ? fresh : fresh.body(new BytesRequestContent((String) null, body));
    }

    /** Connections are shared only by requests under the same policy, because it is checked when they are opened. */
    private static @Nullable EgressPolicy tag(EgressPolicy policy) {
        return policy.isPublicOnly() ? policy : null;
    }

    private void putHeaders(HttpFields.Mutable fields) {
        outgoing.headers().forEach((name, value) -> {
            if (!FRAMING.contains(name)) {
                fields.put(name, value);
            }
        });
        if (!fields.contains(HttpHeader.ACCEPT_ENCODING)) {
            fields.put(HttpHeader.ACCEPT_ENCODING, "gzip, deflate");
        }
    }

    void send() {
        try {
            request.send(this); // which also makes us the listener for the content
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    @Override
    public CompletionStage<IncomingResponse> response() {
        return response;
    }

    @Override
    public void abort() {
        abort(TransportErrors.of(Failure.Kind.CONNECTION, begun, "the exchange was aborted"));
    }

    private void abort(TransportException why) {
        if (!response.isDone()) {
            request.abort(why);
            fail(why);
        }
    }

    @Override
    public void release() {
        share.release();
    }

    @Override
    public void onBegin(Response incoming) {
        answered = true;
        idleness.begun();
        var status = incoming.getStatus();
        if (status < 200
                || status > 599) { // RFC 9110, section 15; InterimAnswers passes over those before the final one
            abort(errors.invalid("its status is " + status));
            closeConnection();
        }
    }

    /**
     * Ends the exchange although Jetty did not in time: it cannot end what its own thread is in the middle of, such as an
     * endless row of answers, but the end of the connection can.
     */
    void overdue() {
        if (!response.isDone()) {
            abort(errors.overdue(begun));
            closeConnection();
        }
    }

    /**
     * Ends the exchange if Jetty has failed it and cannot say so. It does once the thread that reads the connection has
     * read all there is. If that thread was still busy with the answer before, and the peer goes on sending after what is
     * not HTTP, it reads without end.
     */
    void sweep() {
        var failure = failureOfHead();
        if (failure != null && !response.isDone()) {
            fail(failure);
            closeConnection();
        }
    }

    private @Nullable Throwable failureOfHead() {
        var exchange = request instanceof HttpRequest sent
                ? sent.getConversation().getExchanges().peekLast()
                : null;
        return exchange == null || reader != null ? null : exchange.getResponseFailure();
    }

    private void closeConnection() {
        var connection = request.getConnection();
        if (connection != null && !(connection instanceof ConnectionPool.MaxMultiplexable)) {
            connection.close();
        }
    }

    @Override
    public void onContentSource(Response incoming, Content.Source source) {
        idleness.wakes();
        if (incoming.getStatus() == 407 && isForProxy(incoming.getRequest())) {
            request.abort(errors.proxy(407, new IOException("status 407")));
            return;
        }
        var fields = incoming.getHeaders();
        if (hasBody(incoming.getStatus()) && fields.getLongField(HttpHeader.CONTENT_LENGTH) > maxResponseSize) {
            request.abort(TransportErrors.tooLarge(maxResponseSize));
            return;
        }
        var body = new BodyReader(source, decoder(incoming), share, maxResponseSize, client.getExecutor(), idleness);
        reader = body;
        body.result().whenComplete((bytes, failure) -> {
            if (failure != null) {
                request.abort(failure);
            }
        });
        if (response.isDone()) {
            body.close();
        }
        body.read();
    }

    /** A plain http request that goes through a proxy: what asks for credentials is the proxy (RFC 9110, 15.5.8). */
    private boolean isForProxy(Request sent) {
        return sent.getScheme().equalsIgnoreCase("http")
                && !client.getProxyConfiguration().getProxies().isEmpty();
    }

    private boolean hasBody(int status) {
        return outgoing.method() != Method.HEAD && status != 204 && status != 304;
    }

    private Decoder decoder(Response incoming) {
        var decoder = contentDecoder(incoming);
        var counts = outgoing.limits().progress();
        return counts == Progress.BYTE ? decoder : new EventDecoder(decoder, counts, idleness::progress);
    }

    private Decoder contentDecoder(Response incoming) {
        var codings = incoming.getHeaders().getCSV(HttpHeader.CONTENT_ENCODING, false);
        if (codings.size() != 1 || !hasBody(incoming.getStatus())) {
            return new Decoder.Identity();
        }
        var coding = codings.get(0).toLowerCase(Locale.ROOT);
        decoded = coding.equals("gzip") || coding.equals("x-gzip") || coding.equals("deflate");
        if (!decoded) {
            return new Decoder.Identity();
        }
        return coding.equals("deflate") ? new DeflateDecoder() : new GzipDecoder();
    }

    @Override
    public void onComplete(Result result) {
        var failure = result.getResponseFailure();
        var body = reader;
        if (failure != null && (body == null || !body.isComplete())) {
            fail(failure);
            return;
        }
        if (body == null) {
            fail(new IllegalStateException("the answer was complete before its head"));
            return;
        }
        // The last bytes may still be decoded, or wait for the budget.
        body.result().whenComplete((bytes, unreadable) -> {
            if (unreadable != null) {
                fail(unreadable);
            } else {
                succeed(result.getResponse(), bytes);
            }
        });
    }

    private void succeed(Response incoming, byte[] bytes) {
        close();
        response.complete(new IncomingResponse(
                incoming.getStatus(), headers(incoming.getHeaders()), hasBody(incoming.getStatus()) ? bytes : NO_BODY));
    }

    private void fail(Throwable cause) {
        close();
        share.release();
        response.completeExceptionally(errors.of(cause, begun, answered));
    }

    private void close() {
        idleness.close();
        var body = reader;
        if (body != null) {
            body.close();
        }
    }

    private Headers headers(HttpFields fields) {
        var map = new LinkedHashMap<String, List<String>>();
        for (var field : fields) {
            var name = field.getLowerCaseName();
            if (!decoded || !(name.equals("content-encoding") || name.equals("content-length"))) {
                map.computeIfAbsent(name, n -> new ArrayList<>()).add(String.valueOf(field.getValue()));
            }
        }
        return Headers.of(map);
    }
}
