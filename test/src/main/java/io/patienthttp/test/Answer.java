package io.patienthttp.test;

import io.patienthttp.Failure;
import io.patienthttp.Headers;
import io.patienthttp.TransportFailure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a scripted server does with a request: a response, or one of the failures that happen on the way. Immutable and
 * safe for all threads.
 */
public final class Answer {

    private static final Set<Failure.Kind> FAILURES = EnumSet.copyOf(Arrays.stream(Failure.Kind.values())
            .filter(kind -> kind.type() == TransportFailure.class || kind == Failure.Kind.EGRESS_DENIED)
            .collect(Collectors.toSet()));

    /** Kinds that say that the whole request had been sent. */
    private static final Set<Failure.Kind> SENT =
            EnumSet.of(Failure.Kind.TIMEOUT, Failure.Kind.RESPONSE_TOO_LARGE, Failure.Kind.PROTOCOL);

    private final int status;
    private final Map<String, List<String>> headers;
    private final byte[] body;
    private final Duration delay;
    private final Failure.@Nullable Kind failure;
    private final boolean maybeProcessed;

    private Answer(
            int status,
            Map<String, List<String>> headers,
            byte[] body,
            Duration delay,
            Failure.@Nullable Kind failure,
            boolean maybeProcessed) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.delay = delay;
        this.failure = failure;
        this.maybeProcessed = maybeProcessed;
    }

    /** An empty response with that status, 200 to 599. */
    public static Answer status(int status) {
        return new Answer(checked(status), Map.of(), new byte[0], Duration.ZERO, null, true);
    }

    /** A response with status 200 and the value as JSON. */
    public static Answer json(@Nullable Object value) {
        return new Answer(200, Map.of(), TestJson.write(value), Duration.ZERO, null, true)
                .withHeader("content-type", "application/json");
    }

    /** A response with status 200 and the text in UTF-8. */
    public static Answer text(String text) {
        return new Answer(200, Map.of(), text.getBytes(StandardCharsets.UTF_8), Duration.ZERO, null, true)
                .withHeader("content-type", "text/plain; charset=utf-8");
    }

    /** A redirect with that status to the URL, which may be relative. The URL that it leads to needs an answer, too. */
    public static Answer redirect(int status, String location) {
        return status(status).withHeader("location", location);
    }

    /**
     * No answer, for that reason. TIMEOUT lasts as long as the timeout of the request. {@link Failure#maybeProcessed()}
     * is true for TIMEOUT, RESPONSE_TOO_LARGE and PROTOCOL, and false for the others.
     *
     * @throws IllegalArgumentException if the kind is not one of {@link TransportFailure}, nor EGRESS_DENIED
     */
    public static Answer failure(Failure.Kind kind) {
        return failure(kind, SENT.contains(kind));
    }

    /** The same, with another {@link Failure#maybeProcessed()}: a CONNECTION that was lost after the request was sent. */
    public static Answer failure(Failure.Kind kind, boolean maybeProcessed) {
        if (!FAILURES.contains(kind)) {
            throw new IllegalArgumentException("kind must be one of " + FAILURES + ", was " + kind
                    + "; for a failure by its status answer with status(..), and the request decides:"
                    + " failOnErrorStatus(true)");
        }
        return new Answer(0, Map.of(), new byte[0], Duration.ZERO, kind, maybeProcessed);
    }

    /** The same with another status, 200 to 599. */
    public Answer withStatus(int status) {
        return new Answer(checked(status), headers, body, delay, failure, maybeProcessed);
    }

    /** The same with one more header. */
    public Answer withHeader(String name, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(name, List.of(value));
        return new Answer(status, more, body, delay, failure, maybeProcessed);
    }

    /**
     * The same, that long after the request was sent, by the clock of the test: no test waits. If the request does not
     * wait that long, it fails with TIMEOUT when its timeout is over. Not negative.
     */
    public Answer after(Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay must not be negative, was " + delay);
        }
        return new Answer(status, headers, body, delay, failure, maybeProcessed);
    }

    private static int checked(int status) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("status must be between 200 and 599, was " + status);
        }
        return status;
    }

    int status() {
        return status;
    }

    Headers headers() {
        return Headers.of(headers);
    }

    byte[] body() {
        return body;
    }

    Duration delay() {
        return delay;
    }

    Failure.@Nullable Kind failure() {
        return failure;
    }

    boolean maybeProcessed() {
        return maybeProcessed;
    }

    /** Shows the status or the kind of failure. */
    @Override
    public String toString() {
        return failure == null ? "status " + status : failure.toString();
    }
}
