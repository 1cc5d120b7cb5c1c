package io.patienthttp.internal.claim;

import io.patienthttp.spi.Sending;
import io.patienthttp.spi.Sent;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A sending that begins later, unless it ends before. Safe for all threads. */
final class Deferred implements Sending {

    private static final Logger log = LoggerFactory.getLogger(Deferred.class);

    private final CompletableFuture<Sent> result = new CompletableFuture<>();
    private final Runnable onRelease;
    private @Nullable Sending begun; // guarded by this
    private boolean ended; // guarded by this

    /** A sending that has not begun. */
    Deferred() {
        this(() -> {});
    }

    /** The same; runs the action when it is released. */
    Deferred(Runnable onRelease) {
        this.onRelease = onRelease;
    }

    /** Starts to send, once, unless it was aborted. */
    void begin(Supplier<Sending> start) {
        synchronized (this) {
            if (begun != null || ended) {
                return;
            }
            try {
                begun = start.get();
            } catch (Throwable e) { // or it would hold its slot for ever
                log.error("A request could not be sent; it is given back", e);
                ended = true;
            }
        }
        var sending = begun();
        if (sending == null) {
            result.complete(new Sent.Aborted());
        } else {
            sending.result().thenAccept(result::complete);
        }
    }

    /** Ends without being sent. Does nothing if it has begun, or ended. */
    void end(Sent sent) {
        synchronized (this) {
            if (begun != null) {
                return;
            }
            ended = true;
        }
        result.complete(sent);
    }

    /** Whether it ended before it began. */
    synchronized boolean isEnded() {
        return ended;
    }

    @Override
    public CompletionStage<Sent> result() {
        return result;
    }

    @Override
    public void abort() {
        end(new Sent.Aborted());
        var sending = begun();
        if (sending != null) {
            sending.abort();
        }
    }

    @Override
    public void release() {
        var sending = begun();
        if (sending != null) {
            sending.release();
        }
        onRelease.run();
    }

    private synchronized @Nullable Sending begun() {
        return begun;
    }
}
