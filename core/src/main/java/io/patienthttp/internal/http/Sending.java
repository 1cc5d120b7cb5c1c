package io.patienthttp.internal.http;

import java.util.concurrent.CompletionStage;

/** An attempt on its way. Safe for all threads. */
public interface Sending {

    /** Completes with what became of it, on a thread of ours: return within milliseconds. Never exceptionally. */
    CompletionStage<Sent> result();

    /** Closes the exchange; the result becomes {@link Sent.Aborted} unless it was done already. */
    void abort();

    /** Gives back the memory budget of the answer, once nobody needs it. Does nothing the second time. */
    void release();
}
