package io.patienthttp.internal.http;

import io.patienthttp.Failure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Something that a server does wrong with one request, and what must come of it.
 *
 * @param <P> the server's end of the connection
 * @param act runs once the request is read; the connection ends when the client closes it
 * @param kind the failure; null: a response all the same, of that status and body
 * @param message part of the message of the failure
 */
record HostileCase<P>(
        String name,
        Act<P> act,
        Failure.@Nullable Kind kind,
        String message,
        int status,
        String body,
        Duration timeout) {

    /** What the server does. */
    interface Act<P> {
        void run(P peer) throws Exception;
    }

    private static final Duration LONG = Duration.ofSeconds(20);

    static <P> HostileCase<P> fails(String name, Failure.Kind kind, String message, Act<P> act) {
        return new HostileCase<>(name, act, kind, message, 0, "", LONG);
    }

    static <P> HostileCase<P> timesOut(String name, Act<P> act) {
        var timeout = Duration.ofMillis(400);
        return new HostileCase<>(name, act, Failure.Kind.TIMEOUT, "request timeout of 400 ms", 0, "", timeout);
    }

    static <P> HostileCase<P> answers(String name, int status, String body, Act<P> act) {
        return new HostileCase<>(name, act, null, "", status, body, LONG);
    }

    /** Whether the server's act is the end of the stream, so that the client has nothing to close. */
    boolean endsItself() {
        return kind == null || name.startsWith("stream reset") || name.startsWith("refused");
    }

    @Override
    public String toString() {
        return name;
    }
}
