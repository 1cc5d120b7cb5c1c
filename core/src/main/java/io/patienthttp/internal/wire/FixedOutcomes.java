package io.patienthttp.internal.wire;

import io.patienthttp.Failure;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Outcomes that statements write themselves: they hold no data, so they are stored as they are where values are sealed, and
 * read. The texts are the same in all processes, whatever their settings; a text that changes stays among {@link #ALL}.
 */
public final class FixedOutcomes {

    /** The request was cancelled, and may have been sent. */
    public static final String CANCELLED =
            rejected(Failure.Kind.CANCELLED, "the request was cancelled; it was, or may have been, sent", true);

    /** The request was cancelled before any process had taken it. */
    public static final String CANCELLED_UNSENT =
            rejected(Failure.Kind.CANCELLED, "the request was cancelled before it was sent", false);

    /** Too many processes died with the request in flight. */
    public static final String EXHAUSTED = rejected(
            Failure.Kind.RECOVERY_EXHAUSTED,
            "processes died with the request in flight more often than max-recoveries allows, the last one with nothing"
                    + " else in flight",
            true);

    /** The database refuses the outcome. */
    public static final String UNSTORABLE = rejected(
            Failure.Kind.UNSTORABLE, "the request was sent, but the database refuses to store its outcome", true);

    /** The most recoveries that an outcome of version 1 is expected to name. */
    private static final int MOST_RECOVERIES = 100;

    /** All of them, and those that version 1 of the tables has. */
    public static final Set<String> ALL = Stream.concat(
                    Stream.of(CANCELLED, CANCELLED_UNSENT, EXHAUSTED, UNSTORABLE), ofVersion1())
            .collect(Collectors.toUnmodifiableSet());

    private FixedOutcomes() {}

    /** That version named its setting. */
    private static Stream<String> ofVersion1() {
        return Stream.concat(
                Stream.of(rejected(Failure.Kind.CANCELLED, "the request was cancelled", true)),
                IntStream.rangeClosed(0, MOST_RECOVERIES)
                        .mapToObj(most -> rejected(
                                Failure.Kind.RECOVERY_EXHAUSTED,
                                "processes died with the request in flight more often than max-recoveries (" + most
                                        + ") allows, the last one with nothing else in flight",
                                true)));
    }

    private static String rejected(Failure.Kind kind, String message, boolean maybeProcessed) {
        return new OutcomeCodec().writeRejected(kind, message, maybeProcessed);
    }
}
