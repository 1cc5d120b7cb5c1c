package io.patienthttp.spi;

import java.util.concurrent.CompletionStage;

/** One attempt of a request on its way. Safe for all threads. */
public interface Sending {

    /** What becomes of it. Never completes exceptionally. */
    CompletionStage<Sent> result();

    /** Closes the exchange on the wire at once; the result becomes {@link Sent.Aborted} unless there is one already. */
    void abort();

    /** Gives back the memory budget that the answer holds. To be called once the answer is no longer held. */
    void release();
}
