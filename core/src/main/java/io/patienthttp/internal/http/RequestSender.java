package io.patienthttp.internal.http;

import io.patienthttp.OutcomeDetails;
import io.patienthttp.Preprocessor;
import io.patienthttp.Request;
import io.patienthttp.spi.HttpTransport;
import io.patienthttp.spi.Sending;
import io.patienthttp.spi.Sent;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * Sends requests: one attempt each, with its secrets and preprocessors, following redirects. Repeats nothing. Safe for
 * all threads.
 */
public final class RequestSender {

    private final HttpTransport transport;
    private final Executor prepareThreads;
    private final Preparation preparation;
    private final SendSettings settings;

    /**
     * A sender over a transport, which it neither starts nor stops.
     *
     * @param prepareThreads where secrets are looked up and preprocessors run, which may block, and where connections
     *     are opened
     */
    public RequestSender(
            HttpTransport transport,
            Executor prepareThreads,
            SecretSource secrets,
            Map<String, Preprocessor> preprocessors,
            SendSettings settings) {
        this.transport = transport;
        this.prepareThreads = prepareThreads;
        this.preparation = new Preparation(secrets, preprocessors, settings);
        this.settings = settings;
    }

    /**
     * Starts an attempt. Never throws and never blocks: all work runs on the prepare threads.
     *
     * @param details what the outcome says of the attempt; its request id is sent as {@code x-request-id} on every hop
     * @param maySend asked right before each hop is given to the transport; false: the result is {@link Sent.Aborted}
     */
    public Sending send(OutcomeDetails details, Request request, BooleanSupplier maySend) {
        return send(details, request, maySend, Map.of());
    }

    /**
     * The same.
     *
     * @param trace header fields that continue a trace; for the origin of the request alone
     */
    public Sending send(OutcomeDetails details, Request request, BooleanSupplier maySend, Map<String, String> trace) {
        var sending = new Attempt(this, request, new Outcomes(details), maySend);
        sending.start(trace);
        return sending;
    }

    HttpTransport transport() {
        return transport;
    }

    Executor prepareThreads() {
        return prepareThreads;
    }

    Preparation preparation() {
        return preparation;
    }

    SendSettings settings() {
        return settings;
    }
}
