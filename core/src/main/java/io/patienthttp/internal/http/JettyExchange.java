package io.patienthttp.internal.http;

import io.patienthttp.Failure;
import io.patienthttp.Headers;
import io.patienthttp.Method;
import io.patienthttp.spi.HttpTransport;
import io.patienthttp.spi.IncomingResponse;
import io.patienthttp.spi.OutgoingRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/** One request on its way through Jetty: from the first byte out to the last byte in. */
final class JettyExchange implements HttpTransport.Exchange, Response.ContentSourceListener, Response.CompleteListener {

    /** How the body is framed is between the transport and its peer (RFC 9112, section 6). */
    private static final Set<String> FRAMING = Set.of("content-length", "transfer-encoding");

    private final HttpClient client;
    private final OutgoingRequest outgoing;
    private final long maxResponseSize;
    private final ByteBudget.Share share;
    private final TransportErrors errors;
    private final Request request;
    private final CompletableFuture<IncomingResponse> response = new CompletableFuture<>();
    private volatile boolean begun;
    private volatile @Nullable BodyReader reader;
    private volatile boolean decoded;

    JettyExchange(
            HttpClient client,
            OutgoingRequest outgoing,
            long maxResponseSize,
            ByteBudget.Share share,
            TransportErrors errors) {
        this.client = client;
        this.outgoing = outgoing;
        this.maxResponseSize = maxResponseSize;
        this.share = share;
        this.errors = errors;
        this.request = newRequest();
    }

    private Request newRequest() {
        var timeout = Math.max(1, outgoing.timeout().toMillis());
        var fresh = client.newRequest(outgoing.url())
                .method(outgoing.method().name())
                .timeout(timeout, TimeUnit.MILLISECONDS)
                // Only the total timeout ends an exchange; the connection gets its idle timeout back afterwards.
                .idleTimeout(0, TimeUnit.MILLISECONDS)
                .onRequestBegin(r -> begun = true)
                .headers(this::putHeaders);
        var body = outgoing.body();
        return body == null ? fresh : fresh.body(new BytesRequestContent((String) null, body));
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
        if (!response.isDone()) {
            var aborted = TransportErrors.of(Failure.Kind.CONNECTION, begun, "the exchange was aborted");
            request.abort(aborted);
            fail(aborted);
        }
    }

    @Override
    public void release() {
        share.release();
    }

    @Override
    public void onContentSource(Response incoming, Content.Source source) {
        var fields = incoming.getHeaders();
        if (hasBody(incoming.getStatus()) && fields.getLongField(HttpHeader.CONTENT_LENGTH) > maxResponseSize) {
            request.abort(TransportErrors.tooLarge(maxResponseSize));
            return;
        }
        var body = new BodyReader(source, decoder(incoming), share, maxResponseSize, client.getExecutor());
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

    private boolean hasBody(int status) {
        return outgoing.method() != Method.HEAD && status != 204 && status != 304;
    }

    private Decoder decoder(Response incoming) {
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
        if (failure != null) {
            fail(failure);
            return;
        }
        var body = reader;
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
        response.complete(new IncomingResponse(incoming.getStatus(), headers(incoming.getHeaders()), bytes));
    }

    private void fail(Throwable cause) {
        close();
        share.release();
        response.completeExceptionally(errors.of(cause, begun));
    }

    private void close() {
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
