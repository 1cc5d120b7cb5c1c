package io.patienthttp;

import java.net.URI;
import java.util.List;

/**
 * The server redirected, and the redirect could not be followed (parity 59, 65). Kinds: TOO_MANY_REDIRECTS,
 * REDIRECT_LOOP, INVALID_LOCATION. Immutable and safe for all threads.
 */
public final class RedirectFailure implements Failure {

    private final Response response;
    private final Kind kind;
    private final String message;

    private RedirectFailure(Kind kind, String message, Response response) {
        this.response = response;
        this.kind = kind.requireOf(RedirectFailure.class);
        this.message = message;
    }

    /**
     * A failure of that kind.
     *
     * @param response the redirect that was not followed
     * @throws IllegalArgumentException if the kind is one of another class
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
    public OutcomeDetails details() {
        return response.details();
    }

    @Override
    public Kind kind() {
        return kind;
    }

    @Override
    public String message() {
        return message;
    }

    /** Always true: a server has answered. */
    @Override
    public boolean maybeProcessed() {
        return true;
    }

    /** Shows kind, id, method and URL without its query; never a header or body. */
    @Override
    public String toString() {
        return "RedirectFailure[" + kind + " " + details() + "]";
    }
}
