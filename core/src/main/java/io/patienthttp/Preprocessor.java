package io.patienthttp;

import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * Changes a request right before it is sent, for example to sign it (parity 39, 40). Registered under a name in each
 * process that sends; a request stores the names only. Runs on a thread that may block up to 10 seconds, for each
 * attempt and for each redirect within the same origin.
 */
@FunctionalInterface
public interface Preprocessor {

    /** Reads the request and sets headers or adds parameters. What it throws fails the request: kind PREPARATION. */
    void process(Draft draft) throws Exception;

    /** A request that is about to be sent. Method, URL and body are fixed. */
    interface Draft {

        /** The id of the request. */
        String requestId();

        /** The method. */
        Method method();

        /** The URL, with all parameters added so far. */
        URI url();

        /** The headers so far: lower-case name to value. */
        Map<String, String> headers();

        /** The body, if there is one. */
        Optional<byte[]> body();

        /** Sets a header. */
        void header(String name, String value);

        /** Adds a query parameter. */
        void param(String name, String value);
    }
}
