package io.patienthttp.spi;

import io.patienthttp.Failure;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Sends single HTTP requests without holding a thread while it waits. Follows no redirect, stores no cookie, repeats
 * nothing that may have been processed. Safe for all threads.
 */
public interface HttpTransport {

    /** Opens the client. */
    void start();

    /** Closes the client and all its connections; what is in flight fails. */
    void stop();

    /** Starts to send. May use the calling thread to open the connection; never throws. */
    Exchange send(OutgoingRequest request);

    /** A request on its way. */
    interface Exchange {

        /** Completes with the answer, or exceptionally with a {@link TransportException}. */
        CompletionStage<IncomingResponse> response();

        /** Closes the exchange on the wire at once. Its response fails. Does nothing if it is over. */
        void abort();

        /** Gives back the memory budget that the body holds. To be called once the body is no longer held. */
        void release();
    }

    /** Why there is no answer. */
    final class TransportException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final Failure.Kind kind;
        private final boolean maybeProcessed;

        /** A failure of one of the kinds of {@link io.patienthttp.TransportFailure}; the message shows no secret. */
        public TransportException(
                Failure.Kind kind, boolean maybeProcessed, String message, @Nullable Throwable cause) {
            super(message, cause);
            this.kind = kind;
            this.maybeProcessed = maybeProcessed;
        }

        /** What happened. */
        public Failure.Kind kind() {
            return kind;
        }

        /** Whether the server may have acted on the request. */
        public boolean maybeProcessed() {
            return maybeProcessed;
        }
    }
}
