package io.patienthttp;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * The server redirected, and the redirect could not be followed (parity 59). Kinds: TOO_MANY_REDIRECTS, REDIRECT_LOOP,
 * INVALID_LOCATION. Immutable and safe for all threads.
 */
public final class RedirectFailure implements Failure {

    private final Response response;
    private final FailureDetails details;
    private final Kind kind;
    private final String message;

    private RedirectFailure(Kind kind, String message, Response response) {
        this.response = response;
        this.details = FailureDetails.of(response);
        this.kind = kind;
        this.message = message;
    }

    /**
     * A failure of that kind.
     *
     * @param response the redirect that was not followed
     */
    public static RedirectFailure of(Kind kind, String message, Response response) {
        return new RedirectFailure(kind, message, response);
    }

    /** The redirect that was not followed. */
    public Response response() {
        return response;
    }

    /** The URLs that redirected, in their order. */
    public List<URI> redirects() {
        return response.redirects();
    }

    @Override
    public Kind kind() {
        return kind;
    }

    @Override
    public String message() {
        return message;
    }

    @Override
    public boolean maybeProcessed() {
        return true;
    }

    @Override
    public String requestId() {
        return details.requestId();
    }

    @Override
    public Method method() {
        return details.method();
    }

    @Override
    public URI url() {
        return details.url();
    }

    @Override
    public Duration duration() {
        return details.duration();
    }

    @Override
    public int attempt() {
        return details.attempt();
    }

    @Override
    public CallbackArgs callbackArgs() {
        return details.callbackArgs();
    }

    /** Shows id, kind, method and URL without its query; never a header or body. */
    @Override
    public String toString() {
        return "RedirectFailure[" + details.describe(kind) + "]";
    }
}
