package io.patienthttp.runtime;

import io.patienthttp.Failure;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request sends and what came back, as far as it may be shown: no query of a URL, no value of a sensitive header
 * or a secret, and bodies and callback arguments only where they were asked for. Immutable.
 *
 * @param request null if it is not shown
 * @param outcome null if there is none, or it is not shown
 * @param callbackArgs as JSON; null if there are none, or they were not asked for
 * @param notShown what is not shown, and why, in words
 */
public record RequestExchange(
        @Nullable Sent request,
        @Nullable Received outcome,
        @Nullable String callbackArgs,
        List<String> notShown) {

    /** The longest text of a body that is shown, in characters. */
    public static final int BODY_LENGTH = 64 * 1024;

    /** Copies the list. */
    public RequestExchange {
        notShown = List.copyOf(notShown);
    }

    /**
     * What is sent.
     *
     * @param url without its query and fragment
     * @param preprocessors their names
     * @param body null if there is none, or it was not asked for
     */
    public record Sent(
            String method,
            String url,
            List<Header> headers,
            List<String> preprocessors,
            int bodySize,
            @Nullable Body body) {

        /** Copies the lists. */
        public Sent {
            headers = List.copyOf(headers);
            preprocessors = List.copyOf(preprocessors);
        }
    }

    /**
     * What came back.
     *
     * @param status null if there was no answer
     * @param kind null if it is a response
     * @param message of the failure, or null
     * @param maybeProcessed whether the server may have acted on it
     * @param duration from the first byte sent to the last received
     * @param queueDuration how long it had been due when it was taken
     * @param redirects that were followed, as URLs without query
     * @param body null if there is none, or it was not asked for
     */
    public record Received(
            @Nullable Integer status,
            Failure.@Nullable Kind kind,
            @Nullable String message,
            boolean maybeProcessed,
            Duration duration,
            Duration queueDuration,
            List<Header> headers,
            List<String> redirects,
            int bodySize,
            @Nullable Body body) {

        /** Copies the lists. */
        public Received {
            headers = List.copyOf(headers);
            redirects = List.copyOf(redirects);
        }
    }

    /** A header. Its value is {@code <hidden>} where it is sensitive, and the name of a secret in place of that. */
    public record Header(String name, String value) {}

    /**
     * A body.
     *
     * @param text null if it is not text in UTF-8
     * @param isCut whether the text is only its beginning
     */
    public record Body(@Nullable String text, boolean isCut) {}
}
