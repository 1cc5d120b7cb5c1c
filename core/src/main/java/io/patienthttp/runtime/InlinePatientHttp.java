package io.patienthttp.runtime;

import io.patienthttp.Callback;
import io.patienthttp.CancelResult;
import io.patienthttp.Failure;
import io.patienthttp.Outcome;
import io.patienthttp.PatientHttpClient;
import io.patienthttp.RejectedFailure;
import io.patienthttp.Request;
import io.patienthttp.RequestStatus;
import io.patienthttp.Response;
import io.patienthttp.internal.enqueue.Admission;
import io.patienthttp.internal.observe.Traces;
import io.patienthttp.internal.wire.OutcomeCodec;
import io.patienthttp.internal.wire.RequestCodec;
import io.patienthttp.processor.Task;
import io.patienthttp.spi.RequestStore.NewRequest;
import io.patienthttp.spi.RequestStore.StoredRequest;
import io.patienthttp.spi.Sending;
import io.patienthttp.spi.Sent;
import java.lang.reflect.UndeclaredThrowableException;
import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * Patient HTTP without a database and without waiting elsewhere: {@code enqueue} sends the request and runs its callback
 * on the calling thread, and returns after that (parity 99 to 102). For tests of applications, and for scripts.
 *
 * <p>The code is that of the durable pipeline: the same checks at the call, the same form in JSON and back, secrets,
 * preprocessors, redirects, limits. What differs: nothing is kept or sent again, nothing waits for another node, delay,
 * priority and limits of concurrency mean nothing, and what a callback throws comes out of {@code enqueue} and never
 * turns into {@code onError}. A callback may enqueue; that request is done before the callback returns.
 *
 * <p>Safe for all threads. To be closed.
 */
public final class InlinePatientHttp implements PatientHttpClient, AutoCloseable {

    private final HttpSender http;
    private final CallbackRegistry callbacks;
    private final Admission admission;
    private final RequestCodec requests = new RequestCodec();
    private final OutcomeCodec outcomes = new OutcomeCodec();

    private InlinePatientHttp(Builder builder) {
        this.http = builder.http.build();
        this.callbacks = builder.callbacks;
        this.admission = new Admission(
                callbacks,
                http.settings().allowLiteralCredentials()
                        ? Set.of()
                        : http.settings().sensitiveHeaders(),
                new Traces(null));
        http.start();
    }

    /** Starts to build. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Checks all requests, then sends each and runs its callback, one after the other.
     *
     * @throws IllegalArgumentException if the callback of one is missing or unknown, or a credential is literal; nothing
     *     is sent then
     * @throws RuntimeException what a callback throws, as it is; what it declares besides is the cause of an {@link
     *     UndeclaredThrowableException}; later requests are not sent then
     * @throws IllegalStateException if the thread is interrupted; the request may have reached its server
     */
    @Override
    public List<String> enqueueAll(Collection<Request> requests) {
        var admitted = admit(requests);
        for (var request : admitted) {
            request.deliver(request.send());
        }
        return admitted.stream().map(Admitted::id).toList();
    }

    /** Like {@link #enqueueAll(Collection)}; the connection is not used, and a rollback changes nothing. */
    @Override
    public List<String> enqueueAll(Connection connection, Collection<Request> requests) {
        return enqueueAll(requests);
    }

    /**
     * Checks all requests as {@link #enqueueAll(Collection)} does and gives each an id, but sends nothing: for whoever
     * decides when that happens, as the test kit does.
     *
     * @throws IllegalArgumentException as {@link #enqueueAll(Collection)}
     */
    public List<Admitted> admit(Collection<Request> requests) {
        return requests.stream()
                .map(request -> new Admitted(request, admission.admit(request)))
                .toList();
    }

    /** Always NOT_FOUND: whatever was enqueued is over. */
    @Override
    public CancelResult cancel(String id) {
        return find(id).map(found -> CancelResult.TOO_LATE).orElse(CancelResult.NOT_FOUND);
    }

    /** Always empty: whatever was enqueued is over. */
    @Override
    public Optional<RequestStatus> find(String id) {
        UUID.fromString(id);
        return Optional.empty();
    }

    /** A request that passed the checks of the call. Safe for all threads. */
    public final class Admitted {

        private final Request request;
        private final NewRequest row;

        private Admitted(Request request, NewRequest row) {
            this.request = request;
            this.row = row;
        }

        /** The id of the request. */
        public String id() {
            return row.id().toString();
        }

        /** The request as it was given. */
        public Request request() {
            return request;
        }

        /** The name under which its callback is registered. */
        public String callback() {
            return row.callback();
        }

        /**
         * Sends it on the calling thread, each time that it is called, and returns what its callback is to get.
         *
         * @throws IllegalStateException if the thread is interrupted; the request may have reached its server
         */
        public Outcome send() {
            var stored = new StoredRequest(
                    row.format(), row.callback(), row.method(), row.host(), row.callbackArgs(), row.request());
            var task = new InlineTask(id(), requests.read(stored));
            var steps = new LinkedBlockingQueue<Runnable>();
            var sending = http.on(steps::add).send(task.details(), task.request(), () -> true);
            try {
                return throughJson(task, outcome(task, await(sending, steps, task)));
            } finally {
                sending.release();
            }
        }

        /** Runs its callback with the outcome, once, on the calling thread; throws as {@link #enqueueAll(Collection)}. */
        public void deliver(Outcome outcome) {
            InlinePatientHttp.deliver(callbacks.byName(row.callback()).orElseThrow(), outcome);
        }

        /** Shows id, method and URL without its query. */
        @Override
        public String toString() {
            return "Admitted[" + id() + " " + request + "]";
        }
    }

    /** Runs here what the sending would give to other threads, until there is a result. */
    private static Sent await(Sending sending, LinkedBlockingQueue<Runnable> steps, Task task) {
        var result = sending.result().toCompletableFuture();
        result.whenComplete((sent, impossible) -> steps.add(() -> {}));
        try {
            while (!result.isDone()) {
                steps.take().run();
            }
            return result.join();
        } catch (InterruptedException e) {
            sending.abort();
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    "interrupted while request " + task.id() + " was in flight; it may have reached its server", e);
        }
    }

    private static Outcome outcome(Task task, Sent sent) {
        if (sent instanceof Sent.Done done) {
            return done.outcome();
        }
        var reason = sent instanceof Sent.Unprepared unprepared ? unprepared.reason() : "the client is closed";
        return RejectedFailure.of(task.details(), Failure.Kind.PREPARATION, reason, false);
    }

    private Outcome throughJson(Task task, Outcome outcome) {
        return outcomes.read(
                outcomes.write(outcome),
                new OutcomeCodec.Row(
                        task.id(),
                        task.attempt(),
                        task.callbackArgs(),
                        () -> new OutcomeCodec.Target(outcome.method(), outcome.url())));
    }

    private static void deliver(Callback callback, Outcome outcome) {
        try {
            if (outcome instanceof Response response) {
                callback.onComplete(response);
            } else if (outcome instanceof Failure failure) {
                callback.onError(failure);
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new UndeclaredThrowableException(e);
        }
    }

    /** Closes all connections. */
    @Override
    public void close() {
        http.close();
    }

    private record InlineTask(String id, Request request) implements Task {}

    /** Builds an {@link InlinePatientHttp}. Each setter validates its value. Not safe for several threads. */
    public static final class Builder {

        private final HttpSender.Builder http = HttpSender.builder();
        private final CallbackRegistry callbacks = new CallbackRegistry();

        private Builder() {}

        /** Registers a callback under its {@link Callback#name}. At least one is needed. */
        public Builder callback(Callback callback) {
            return callback(callback.getClass(), callback);
        }

        /** Registers a callback that is a proxy, so that requests can name the class that the user wrote. */
        public Builder callback(Class<?> userClass, Callback callback) {
            callbacks.add(userClass, callback);
            return this;
        }

        /** Sets secrets, preprocessors and settings: {@code sending(s -> s.secret("openai", () -> "test"))}. */
        public Builder sending(Consumer<HttpSender.Builder> change) {
            change.accept(http);
            return this;
        }

        /**
         * Returns it, ready to use.
         *
         * @throws IllegalStateException if there is no callback, or jackson-annotations are too old
         */
        public InlinePatientHttp build() {
            Jackson.requireAnnotations();
            callbacks.requireOne();
            return new InlinePatientHttp(this);
        }
    }
}
