package io.patienthttp.internal.http;

import io.patienthttp.Failure;
import io.patienthttp.spi.HttpTransport.Exchange;
import io.patienthttp.spi.HttpTransport.TransportException;
import io.patienthttp.spi.IncomingResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.eclipse.jetty.client.HttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Sends again at once what provably was not processed: the connection was refused, or the server says of an HTTP/2
 * stream that it did not touch it (RFC 9113, section 8.7). All tries share one deadline. Safe for all threads.
 */
final class RetryingExchange implements Exchange {

    /** How much later than its deadline an exchange is ended by force, if the client does not end it. */
    private static final Duration GRACE = Duration.ofMillis(500);

    private final Function<Duration, JettyExchange> exchanges;
    private final HttpClient client;
    private final int retries;
    private final long deadlineNanos;
    private final CompletableFuture<IncomingResponse> response = new CompletableFuture<>();
    private final Object lock = new Object();
    private @Nullable JettyExchange current; // guarded by lock
    private boolean aborted; // guarded by lock

    /** {@code exchanges} makes one that has so much time. */
    RetryingExchange(Function<Duration, JettyExchange> exchanges, HttpClient client, int retries, Duration timeout) {
        this.exchanges = exchanges;
        this.client = client;
        this.retries = retries;
        this.deadlineNanos = System.nanoTime() + timeout.toNanos();
    }

    void send() {
        var overdue =
                client.getScheduler().schedule(this::overdue, leftNanos() + GRACE.toNanos(), TimeUnit.NANOSECONDS);
        response.whenComplete((answer, failure) -> overdue.cancel());
        send(0);
    }

    private void overdue() {
        var open = current();
        if (open != null) {
            open.overdue();
        }
    }

    /** Is to be called now and then until {@link #response} is complete. */
    void sweep() {
        var open = current();
        if (open != null) {
            open.sweep();
        }
    }

    private @Nullable JettyExchange current() {
        synchronized (lock) {
            return current;
        }
    }

    private void send(int tried) {
        var exchange = exchanges.apply(Duration.ofNanos(Math.max(1, leftNanos())));
        synchronized (lock) {
            current = exchange;
            if (aborted) {
                exchange.abort();
            }
        }
        exchange.response().whenComplete((answer, failure) -> {
            if (answer != null) {
                response.complete(answer);
            } else if (failure instanceof TransportException e) {
                failed(e, tried + 1);
            } else {
                response.completeExceptionally(failure);
            }
        });
        exchange.send();
    }

    private void failed(TransportException failure, int tried) {
        if (tried <= retries && isUnprocessed(failure) && leftNanos() > 0 && !isAborted()) {
            try {
                client.getExecutor().execute(() -> send(tried));
                return;
            } catch (RejectedExecutionException e) {
                failure.addSuppressed(e); // the client stops
            }
        }
        response.completeExceptionally(tried == 1 ? failure : after(tried, failure));
    }

    private static boolean isUnprocessed(TransportException failure) {
        return failure.kind() == Failure.Kind.CONNECTION && !failure.maybeProcessed();
    }

    private static TransportException after(int tried, TransportException failure) {
        return new TransportException(
                failure.kind(),
                failure.maybeProcessed(),
                failure.getMessage() + " (sent " + tried + " times)",
                failure);
    }

    private long leftNanos() {
        return deadlineNanos - System.nanoTime();
    }

    private boolean isAborted() {
        synchronized (lock) {
            return aborted;
        }
    }

    @Override
    public CompletionStage<IncomingResponse> response() {
        return response;
    }

    @Override
    public void abort() {
        JettyExchange open;
        synchronized (lock) {
            aborted = true;
            open = current;
        }
        if (open != null) {
            open.abort();
        }
    }

    @Override
    public void release() {
        var last = current();
        if (last != null) {
            last.release();
        }
    }
}
