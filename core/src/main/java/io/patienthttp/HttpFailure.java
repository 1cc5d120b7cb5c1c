package io.patienthttp;

/**
 * The server answered with a status outside 200 to 299, and the request asked for a failure in that case (parity 62).
 * Kinds: CLIENT_ERROR, SERVER_ERROR, OTHER_STATUS. Immutable and safe for all threads.
 */
public final class HttpFailure implements Failure {

    private final Response response;
    private final Kind kind;

    private HttpFailure(Response response) {
        this.response = response;
        this.kind = response.isClientError()
                ? Kind.CLIENT_ERROR
                : response.isServerError() ? Kind.SERVER_ERROR : Kind.OTHER_STATUS;
    }

    /** The failure that this response is. */
    public static HttpFailure of(Response response) {
        return new HttpFailure(response);
    }

    /** The whole response. */
    public Response response() {
        return response;
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
        return "the server answered with status " + response.status();
    }

    /** Always true: the server has answered. */
    @Override
    public boolean maybeProcessed() {
        return true;
    }

    /** Shows kind, id, method and URL without its query; never a header or body. */
    @Override
    public String toString() {
        return "HttpFailure[" + kind + " " + details() + "]";
    }
}
