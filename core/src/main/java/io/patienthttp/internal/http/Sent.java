package io.patienthttp.internal.http;

import io.patienthttp.Outcome;

/** What became of an attempt. */
public sealed interface Sent {

    /** It came to its end, with a response or a failure. */
    record Done(Outcome outcome) implements Sent {}

    /**
     * A secret or preprocessor is unknown here, or looking it up failed: another node may have it. Nothing was sent.
     *
     * @param reason names what is missing, never a value
     */
    record Unprepared(String reason) implements Sent {}

    /** It was called off before its end. */
    record Aborted() implements Sent {}
}
