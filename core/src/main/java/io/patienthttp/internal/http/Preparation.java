package io.patienthttp.internal.http;

import io.patienthttp.Origin;
import io.patienthttp.Preprocessor;
import io.patienthttp.Request;
import io.patienthttp.Secret;
import io.patienthttp.spi.Limits;
import io.patienthttp.spi.OutgoingRequest;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a hop ready for the wire (parity 37, 38, 40): secrets, then our own headers, then preprocessors. Blocks as long
 * as those do.
 */
final class Preparation {

    private static final Logger log = LoggerFactory.getLogger(Preparation.class);

    private final SecretSource secrets;
    private final Map<String, Preprocessor> preprocessors;
    private final SendSettings settings;

    Preparation(SecretSource secrets, Map<String, Preprocessor> preprocessors, SendSettings settings) {
        this.secrets = secrets;
        this.preprocessors = Map.copyOf(preprocessors);
        this.settings = settings;
    }

    /** The hop with all that it needs. */
    OutgoingRequest prepare(String id, Hop hop, Limits limits) throws Missing, Refused {
        for (var name : hop.preprocessors()) {
            if (!preprocessors.containsKey(name)) {
                throw new Missing("no preprocessor is registered under the name " + name);
            }
        }
        var draft = new Draft(id, hop);
        for (var header : hop.secretHeaders().entrySet()) {
            var secret = header.getValue();
            set(draft, header.getKey(), secret, secret.prefix() + find(secret, hop));
        }
        for (var param : hop.secretParams().entrySet()) {
            var secret = param.getValue();
            draft.param(param.getKey(), secret.prefix() + find(secret, hop));
        }
        draft.header("x-request-id", id);
        hop.trace().forEach((name, value) -> continueTrace(draft, name, value));
        var userAgent = settings.userAgent();
        if (userAgent != null && !draft.headers().containsKey("user-agent")) {
            draft.header("user-agent", userAgent);
        }
        for (var name : hop.preprocessors()) {
            process(draft, name);
        }
        var headers = Collections.unmodifiableMap(new LinkedHashMap<>(draft.headers()));
        return new OutgoingRequest(id, hop.method(), draft.url(), headers, hop.body(), limits);
    }

    /** What the hop must keep to: what the request says, else what is set for the host or for all. */
    Limits limits(Request request, Hop hop) {
        var defaults = settings.limits();
        var host = hop.url().getHost().toLowerCase(Locale.ROOT);
        var firstByteTimeout = request.firstByteTimeout();
        var idleTimeout = request.idleTimeout();
        return new Limits(
                request.timeout().orElseGet(() -> settings.hostTimeouts().getOrDefault(host, defaults.timeout())),
                firstByteTimeout.isPresent() ? firstByteTimeout.get() : defaults.firstByteTimeout(),
                idleTimeout.isPresent() ? idleTimeout.get() : defaults.idleTimeout(),
                request.progress(),
                request.egress().orElse(defaults.egress()));
    }

    private String find(Secret secret, Hop hop) throws Missing, Refused {
        var allowed = secrets.origins(secret.name());
        var origin = Origin.of(hop.url());
        if (!allowed.isEmpty() && !allowed.contains(origin)) {
            throw new Refused(
                    "secret " + secret.name() + " is bound to " + allowed + " and must not be sent to " + origin);
        }
        try {
            return secrets.find(secret.name())
                    .orElseThrow(() -> new Missing("no secret is registered under the name " + secret.name()));
        } catch (Missing e) {
            throw e;
        } catch (Throwable e) {
            restoreInterrupt(e);
            throw new Missing("looking up the secret " + secret.name() + " failed: "
                    + e.getClass().getName());
        }
    }

    /** A request is not refused because of what only traces it. */
    private static void continueTrace(Draft draft, String name, String value) {
        try {
            draft.header(name, value);
        } catch (IllegalArgumentException e) {
            log.debug("Request {} is sent without a header of its trace: {}", draft.requestId(), e.getMessage());
        }
    }

    private static void set(Draft draft, String header, Secret secret, String value) throws Refused {
        try {
            draft.header(header, value);
        } catch (IllegalArgumentException e) {
            throw new Refused("the value of secret " + secret.name()
                    + " must not contain CR, LF, NUL or characters beyond" + " ISO-8859-1 in header " + header);
        }
    }

    private void process(Draft draft, String name) throws Refused {
        try {
            // Present: prepare() checked all of them first, so that nothing runs in vain.
            preprocessors.getOrDefault(name, d -> {}).process(draft);
        } catch (Throwable e) { // whatever the application's code throws, running out of memory included
            restoreInterrupt(e);
            throw new Refused(
                    "preprocessor " + name + " failed: " + e.getClass().getName());
        }
    }

    private static void restoreInterrupt(Throwable e) {
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
    }

    /** Something is not known in this process. */
    static final class Missing extends Exception {

        private static final long serialVersionUID = 1L;

        private Missing(String message) {
            super(message);
        }
    }

    /** The request cannot be sent, here or anywhere. */
    static final class Refused extends Exception {

        private static final long serialVersionUID = 1L;

        private Refused(String message) {
            super(message);
        }
    }
}
