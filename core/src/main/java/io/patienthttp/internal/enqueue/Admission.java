package io.patienthttp.internal.enqueue;

import com.github.f4b6a3.uuid.UuidCreator;
import io.patienthttp.Request;
import io.patienthttp.internal.observe.Traces;
import io.patienthttp.internal.wire.RequestCodec;
import io.patienthttp.spi.CallbackResolver;
import io.patienthttp.spi.RequestStore.NewRequest;
import io.patienthttp.spi.RequestStore.Value;
import java.util.Locale;
import java.util.Set;

/** Checks requests against what this process knows, and makes the rows that are stored of them. Safe for all threads. */
public final class Admission {

    private final CallbackResolver callbacks;
    private final Set<String> refusedHeaders;
    private final Traces traces;
    private final RequestCodec codec = new RequestCodec();

    /** Admits requests to these callbacks, without a literal value in one of the headers, named in lower case. */
    public Admission(CallbackResolver callbacks, Set<String> refusedHeaders, Traces traces) {
        this.callbacks = callbacks;
        this.refusedHeaders = refusedHeaders;
        this.traces = traces;
    }

    /**
     * The row of the request, under a new id.
     *
     * @throws IllegalArgumentException if the callback is missing or unknown, or a credential is literal
     */
    public NewRequest admit(Request request) {
        refuseLiteralCredentials(request);
        var host = request.url().getHost().toLowerCase(Locale.ROOT);
        return new NewRequest(
                UuidCreator.getTimeOrderedEpoch(),
                request.priority(),
                request.delay(),
                request.expiresAfter().orElse(null),
                request.concurrencyKey().orElse(host),
                callbackOf(request),
                request.method().name(),
                host,
                RequestCodec.FORMAT,
                codec.write(request.callbackArgs()),
                Value.of(codec.write(request)),
                traces.enqueued(request));
    }

    private String callbackOf(Request request) {
        var callback = request.callback()
                .orElseThrow(() -> new IllegalArgumentException(
                        "callback must be set: .callback(MyCallback.class), one of " + callbacks.names()));
        return callbacks
                .nameOf(callback)
                .orElseThrow(() -> new IllegalArgumentException(
                        "callback must be registered, was \"" + callback + "\", registered are " + callbacks.names()));
    }

    private void refuseLiteralCredentials(Request request) {
        for (var header : request.headers().keySet()) {
            if (refusedHeaders.contains(header)) {
                throw new IllegalArgumentException(
                        "header " + header + " must not hold a literal credential, because it"
                                + " would be stored in the database: use .header(\"" + header
                                + "\", Secret.named(\"...\")), or allow it with allow-literal-credentials");
            }
        }
    }
}
