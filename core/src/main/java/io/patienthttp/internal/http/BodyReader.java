package io.patienthttp.internal.http;

import io.patienthttp.Failure;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/**
 * Reads a body: asks the connection for more only once the budget granted what is here, and stops at the size limit,
 * which counts decoded bytes. Runs on one thread at a time, and moves to the executor when the budget grants later.
 */
final class BodyReader {

    /** A byte counts once as it is received, and once as it is to be stored: both are held until that is done. */
    private static final int COPIES = 2;

    private final Content.Source source;
    private final Decoder decoder;
    private final ByteBudget.Share share;
    private final long maxSize;
    private final Executor executor;
    private final Idleness idleness;
    private final Body body = new Body();
    private final CompletableFuture<byte[]> result = new CompletableFuture<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicInteger users = new AtomicInteger(); // the thread that reads, and the one that closed
    private Content.@Nullable Chunk chunk;

    BodyReader(
            Content.Source source,
            Decoder decoder,
            ByteBudget.Share share,
            long maxSize,
            Executor executor,
            Idleness idleness) {
        this.source = source;
        this.decoder = decoder;
        this.share = share;
        this.maxSize = maxSize;
        this.executor = executor;
        this.idleness = idleness;
    }

    /** The whole decoded body, or why it cannot be read; never completes if {@link #close} comes first. */
    CompletionStage<byte[]> result() {
        return result;
    }

    /**
     * Whether the whole body is here: then it is an answer, whatever becomes of the connection. Jetty closes an HTTP/2
     * connection whose peer goes away while the last body on it is being read, and fails that exchange.
     */
    boolean isComplete() {
        return result.isDone() && !result.isCompletedExceptionally();
    }

    /** Reads until nothing is there now, the body ends, or the budget makes it wait. */
    void read() {
        if (users.incrementAndGet() > 1) {
            return; // closed
        }
        Runnable next;
        try {
            next = readOn();
        } catch (IOException e) {
            next = failure(TransportErrors.of(
                    Failure.Kind.PROTOCOL, true, "the compressed body cannot be read: " + e.getMessage(), e));
        } catch (RuntimeException | Error e) {
            next = failure(e);
        }
        if (users.decrementAndGet() > 0) {
            free();
        } else {
            next.run(); // last: from here on another thread may be in read()
        }
    }

    /** Stops for good and frees what it holds but the bytes that {@link #result} gave away. */
    void close() {
        if (closed.compareAndSet(false, true) && users.incrementAndGet() == 1) {
            free();
        }
    }

    /** Goes as far as it can; returns how to go on. */
    private Runnable readOn() throws IOException {
        while (true) {
            if (chunk == null) {
                var next = source.read();
                if (next == null) {
                    return this::demand;
                }
                if (Content.Chunk.isFailure(next)) {
                    return failure(next.getFailure());
                }
                idleness.bytes();
                chunk = next;
                decoder.input(next.getByteBuffer());
            }
            var count = body.readFrom(decoder);
            if (body.size() > maxSize) {
                throw TransportErrors.tooLarge(maxSize);
            }
            if (count > 0) {
                var bytes = COPIES * count;
                if (!share.tryAcquire(bytes)) {
                    return () -> share.acquire(bytes, () -> executor.execute(this::read));
                }
                continue;
            }
            var last = chunk.isLast();
            releaseChunk();
            if (last) {
                decoder.end();
                var bytes = body.toBytes();
                return () -> result.complete(bytes);
            }
        }
    }

    private void demand() {
        idleness.waits();
        source.demand(this::woken);
    }

    private void woken() {
        idleness.wakes();
        read();
    }

    private Runnable failure(Throwable cause) {
        return () -> result.completeExceptionally(cause);
    }

    private void free() {
        releaseChunk();
        decoder.close();
    }

    private void releaseChunk() {
        var done = chunk;
        chunk = null;
        if (done != null) {
            done.release();
        }
    }
}
