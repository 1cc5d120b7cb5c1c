package io.patienthttp.spi;

import io.patienthttp.Outcome;
import java.time.Duration;

/** What became of one attempt. */
public sealed interface Sent {

    /** There is an outcome: a response or a failure. */
    record Done(Outcome outcome) implements Sent {}

    /**
     * A secret or a preprocessor is not known in this process, or could not be looked up; nothing was sent.
     *
     * @param reason names it; never a value
     */
    record Unprepared(String reason) implements Sent {}

    /** It cannot be sent now, for a reason that passes; nothing was sent. It is worth to try again after the delay. */
    record Later(Duration delay) implements Sent {}

    /** It was aborted, or not allowed to be sent. */
    record Aborted() implements Sent {}
}
