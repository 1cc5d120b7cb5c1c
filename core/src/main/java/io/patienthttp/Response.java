package io.patienthttp;

import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JavaType;

/** A complete answer of a server, whatever its status (parity 53). Immutable and safe for all threads. */
public final class Response implements Outcome {

    private static final Pattern CHARSET =
            Pattern.compile(";\\s*charset\\s*=\\s*\"?([^\\s;\"]+)", Pattern.CASE_INSENSITIVE);
    private static final Pattern EVENTS = Pattern.compile("\\s*text/event-stream\\s*(;.*)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern JSON = Pattern.compile("^\\s*(application/([^;\\s]*\\+)?json|text/json)\\s*(;.*)?$");

    private final OutcomeDetails details;
    private final int status;
    private final Headers headers;
    private final byte[] body;
    private final List<URI> redirects;

    private Response(Builder builder) {
        this.details = builder.details;
        this.status = builder.status;
        this.headers = builder.headers;
        this.body = builder.body;
        this.redirects = builder.redirects;
    }

    /** Starts a response with that status to the request of these details. */
    public static Builder builder(OutcomeDetails details, int status) {
        return new Builder(details, status);
    }

    @Override
    public OutcomeDetails details() {
        return details;
    }

    /** The status code (RFC 9110, section 15). */
    public int status() {
        return status;
    }

    /** The header fields. */
    public Headers headers() {
        return headers;
    }

    /** The URLs that redirected, in their order, without the last one; empty if none did. */
    public List<URI> redirects() {
        return redirects;
    }

    /** Whether the status is 200 to 299. */
    public boolean isSuccess() {
        return status / 100 == 2;
    }

    /** Whether the status is 300 to 399. */
    public boolean isRedirect() {
        return status / 100 == 3;
    }

    /** Whether the status is 400 to 499. */
    public boolean isClientError() {
        return status / 100 == 4;
    }

    /** Whether the status is 500 to 599. */
    public boolean isServerError() {
        return status / 100 == 5;
    }

    /** Whether the status is 400 to 599. */
    public boolean isError() {
        return isClientError() || isServerError();
    }

    /** A copy of the body's bytes, after transparent decompression; empty if there was no body. */
    public byte[] bodyAsBytes() {
        return body.clone();
    }

    /** The length of the body in bytes. */
    public int bodySize() {
        return body.length;
    }

    /** The body as text, by the charset of the content type, or UTF-8 if it names none or an unknown one. */
    public String bodyAsText() {
        return new String(body, charset());
    }

    /** Whether the content type says JSON: {@code application/json}, {@code application/*+json} or {@code text/json}. */
    public boolean isJson() {
        return headers.get("content-type")
                .map(type -> JSON.matcher(type.toLowerCase(Locale.ROOT)).matches())
                .orElse(false);
    }

    /**
     * The body read as JSON.
     *
     * @throws IllegalStateException if the content type is not JSON
     * @throws tools.jackson.core.JacksonException if the body is not JSON or does not fit the type
     */
    public <T> T json(Class<T> type) {
        return json(Json.MAPPER.constructType(type));
    }

    /** Like {@link #json(Class)}, for generic types: {@code json(new TypeReference<List<Item>>() {})}. */
    public <T> T json(TypeReference<T> type) {
        return json(Json.MAPPER.constructType(type.getType()));
    }

    /**
     * The complete server-sent events of the body, always read as UTF-8; what was cut off at its end is none. See {@link
     * Request.Builder#eventStream()}.
     *
     * @throws IllegalStateException if the content type is not {@code text/event-stream}
     */
    public List<ServerSentEvent> events() {
        if (!headers.get("content-type")
                .map(EVENTS::matcher)
                .filter(Matcher::matches)
                .isPresent()) {
            throw new IllegalStateException(
                    "the response of request " + requestId() + " is no stream of events, its content type is "
                            + headers.get("content-type").orElse("absent"));
        }
        return ServerSentEvents.parse(new String(body, StandardCharsets.UTF_8));
    }

    private <T> T json(JavaType type) {
        if (!isJson()) {
            throw new IllegalStateException(
                    "the response of request " + requestId() + " is not JSON, its content type is "
                            + headers.get("content-type").orElse("absent"));
        }
        var charset = charset();
        // From bytes Jackson ignores a byte order mark, as a parser may (RFC 8259, section 8.1).
        return charset.equals(StandardCharsets.UTF_8)
                ? Json.MAPPER.readValue(body, type)
                : Json.MAPPER.readValue(new String(body, charset), type);
    }

    private Charset charset() {
        var matcher = CHARSET.matcher(headers.get("content-type").orElse(""));
        if (!matcher.find()) {
            return StandardCharsets.UTF_8;
        }
        try {
            return Charset.forName(matcher.group(1));
        } catch (IllegalArgumentException e) {
            return StandardCharsets.UTF_8;
        }
    }

    /** Shows id, method, URL without its query, and status; never headers, body or query. */
    @Override
    public String toString() {
        return "Response[" + details + " -> " + status + "]";
    }

    /** Builds a {@link Response}. Not safe for several threads. */
    public static final class Builder {

        private final OutcomeDetails details;
        private final int status;
        private Headers headers = Headers.empty();
        private byte[] body = new byte[0];
        private List<URI> redirects = List.of();

        private Builder(OutcomeDetails details, int status) {
            this.details = details;
            this.status = status;
        }

        /** Sets the header fields. */
        public Builder headers(Headers headers) {
            this.headers = headers;
            return this;
        }

        /** Sets the body; the array is copied. */
        public Builder body(byte @Nullable [] body) {
            this.body = body == null ? new byte[0] : body.clone();
            return this;
        }

        /**
         * Sets the body without copying it, for who has just made a large one. The response is immutable only as long as
         * nobody changes the array any more.
         */
        public Builder uncopiedBody(byte[] body) {
            this.body = body;
            return this;
        }

        /** Sets the URLs that redirected. */
        public Builder redirects(List<URI> redirects) {
            this.redirects = List.copyOf(redirects);
            return this;
        }

        /** Returns the response. */
        public Response build() {
            return new Response(this);
        }
    }
}
