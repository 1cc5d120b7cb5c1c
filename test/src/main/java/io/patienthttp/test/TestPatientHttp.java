package io.patienthttp.test;

import io.patienthttp.Callback;
import io.patienthttp.CancelResult;
import io.patienthttp.DeadLetter;
import io.patienthttp.Listener;
import io.patienthttp.PatientHttpClient;
import io.patienthttp.Request;
import io.patienthttp.RequestStatus;
import io.patienthttp.internal.observe.Events;
import io.patienthttp.runtime.HttpSender;
import io.patienthttp.runtime.InlinePatientHttp;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.assertj.core.api.AssertProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Patient HTTP for the tests of an application: a client that records what is enqueued, and delivers it when the test
 * says so. The code is that of production from the checks of the call to the callback: stored form, secrets, redirects,
 * typed failures; only the servers are scripted, and nothing is stored. It never opens a connection and never waits.
 *
 * <pre>{@code
 * @RegisterExtension
 * final TestPatientHttp http = new TestPatientHttp().callback(new SummaryCallback(documents));
 *
 * @Test
 * void theSummaryIsKept() {
 *     http.answer(post("https://api.openai.com/v1/responses"), json(Map.of("text", "Short.")));
 *
 *     new Summaries(http).summarize(42, Map.of("input", "A long text."));
 *
 *     assertThat(http).enqueued(post("https://api.openai.com/v1/responses").withJson(Map.of("input", "A long text.")));
 *     http.deliverAll();
 *     assertThat(documents.summaryOf(42)).contains("Short.");
 * }
 * }</pre>
 *
 * <p>In Spring: {@link AutoConfigureTestPatientHttp}. Every secret that a request names has a value, and no name of one
 * is checked; give values with {@link #sending}. Priorities and limits of concurrency mean nothing, and {@link
 * io.patienthttp.Outcome#duration()} and {@code queueDuration()} tell nothing of the clock of the test. Listeners are told
 * of requests, not of the process, on the thread that enqueues or delivers.
 *
 * <p>As a JUnit extension it begins each test anew, forgetting requests, answers and the time, and fails one that forgot
 * to deliver: at the end of a test that passed, a request that is still to be sent, whose answer is scripted and which
 * no assertion named. To a test that failed it adds what was not delivered.
 *
 * <p>Safe for all threads: what is enqueued on another thread is recorded, too. Callbacks run on the thread that
 * delivers.
 */
public final class TestPatientHttp
        implements PatientHttpClient,
                AssertProvider<PatientHttpAssert>,
                AfterEachCallback,
                TestExecutionExceptionHandler {

    /** Beyond any test that ends. */
    private static final int MOST_STEPS = 10_000;

    private final TestClock clock = new TestClock();
    private final Script script = new Script();
    private final RequestQueue queue = new RequestQueue(clock);
    private final ScriptedTransport transport = new ScriptedTransport(script);
    private final InlinePatientHttp.Builder builder = InlinePatientHttp.builder();
    private final Consumer<TestPatientHttp> atFirstUse;
    private final TransactionEnd end;
    private final Events events = Events.direct();
    private volatile boolean inline;
    private @Nullable InlinePatientHttp client; // guarded by this, made for the first request

    /** One that knows no callback yet. */
    public TestPatientHttp() {
        this(http -> {}, (committed, rolledBack) -> committed.run());
    }

    /**
     * One that is completed when the first request is enqueued.
     *
     * @param end knows when the transaction of the calling thread ends
     */
    TestPatientHttp(Consumer<TestPatientHttp> atFirstUse, TransactionEnd end) {
        this.atFirstUse = atFirstUse;
        this.end = end;
        builder.listener(events.relay());
        builder.sending(sending -> sending.secrets(name -> "value-of-" + name.replaceAll("[^A-Za-z0-9]", "-")));
    }

    /**
     * Registers a callback, as the application does. At least one is needed.
     *
     * @throws IllegalStateException if a request was enqueued already
     */
    public TestPatientHttp callback(Callback callback) {
        return callback(callback.getClass(), callback);
    }

    synchronized TestPatientHttp callback(Class<?> userClass, Callback callback) {
        requireUnused("callback");
        builder.callback(userClass, callback);
        return this;
    }

    /** What follows a transaction: one of two. */
    @FunctionalInterface
    interface TransactionEnd {

        /** Runs the first at once if there is no transaction. */
        void then(Runnable committed, Runnable rolledBack);
    }

    /**
     * Adds a listener, as the application does. It is told on the thread that enqueues or delivers.
     *
     * @throws IllegalArgumentException if it was added before
     */
    public TestPatientHttp listener(Listener listener) {
        events.add(listener);
        return this;
    }

    /**
     * Sets preprocessors, secrets and settings, as the application does:
     * {@code sending(s -> s.preprocessor("sign", signer).settings(t -> t.failOnErrorStatus(true)))}.
     *
     * @throws IllegalStateException if a request was enqueued already
     */
    public synchronized TestPatientHttp sending(Consumer<HttpSender.Builder> change) {
        requireUnused("sending");
        builder.sending(change);
        return this;
    }

    private void requireUnused(String what) {
        if (client != null) {
            throw new IllegalStateException(what + " must be given before the first request is enqueued");
        }
    }

    /**
     * From now on enqueue sends, and runs the callback before it returns (parity 99): no {@link #deliverAll} is needed,
     * delays mean nothing, and what a callback throws comes out of enqueue. In Spring until the end of the test.
     */
    public TestPatientHttp inline() {
        inline = true;
        return this;
    }

    /**
     * Scripts what requests like that get: the first one the first answer, the next one the next; the last answer stays.
     * Of several patterns that fit, the one that was scripted last counts.
     */
    public TestPatientHttp answer(RequestPattern requests, Answer first, Answer... next) {
        var answers = new ArrayList<Answer>();
        answers.add(first);
        answers.addAll(List.of(next));
        script.add(requests, answers);
        return this;
    }

    /**
     * Sends everything and runs all callbacks, those of requests that callbacks enqueue included, in the order in which
     * they are due; the clock moves along, past delays of requests, answers and redeliveries.
     *
     * <p>What a callback throws comes out at once, as it is. The callback is due again after its backoff, until it failed
     * as often as the settings allow ({@link #deadLetters}); the next call of this method goes on there.
     *
     * @throws AssertionError if there is no answer for a request, which stays
     * @throws IllegalStateException if there is no end: a callback may enqueue a request each time; use {@link #advance}
     */
    public void deliverAll() {
        deliverUntil(null);
    }

    /**
     * Lets that much time pass: sends and delivers what is due within it; otherwise like {@link #deliverAll}. Zero is
     * for what is due now. What a callback throws ends it where the clock then stands.
     */
    public void advance(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("time must not be negative, was " + time);
        }
        var end = clock.instant().plus(time);
        deliverUntil(end);
        clock.moveTo(end);
    }

    private void deliverUntil(@Nullable Instant end) {
        for (int steps = 0; ; steps++) {
            var next = queue.takeNext(end);
            if (next == null) {
                return;
            }
            try {
                requireEnd(steps, next);
                step(next);
            } finally {
                queue.giveBack(List.of(next));
            }
        }
    }

    private static void requireEnd(int steps, RecordedRequest next) {
        if (steps >= MOST_STEPS) {
            throw new IllegalStateException("there is no end of requests, the next one is " + next.view()
                    + ": if a callback enqueues one each time, let a limited time pass with advance(Duration)");
        }
    }

    /** Sends it, or runs its callback. */
    private void step(RecordedRequest request) {
        var outcome = queue.complete(request);
        if (outcome == null) {
            var result = transport.send(request.admitted(), request.view());
            queue.sent(request, result.outcome(), result.elapsed());
            return;
        }
        long begin = System.nanoTime();
        try {
            request.admitted().deliver(outcome);
        } catch (Throwable e) { // of user code; it is thrown on
            tellFailed(request, queue.failed(request, e, transport.settings()), begin);
            throw e;
        }
        queue.delivered(request);
    }

    private void tellFailed(RecordedRequest request, Optional<DeadLetter> dead, long begin) {
        var duration = Duration.ofNanos(System.nanoTime() - begin);
        int run = request.failures;
        var backoff = Duration.between(clock.instant(), request.due);
        dead.ifPresentOrElse(
                letter -> events.tell(listener -> listener.onDead(letter)),
                () -> events.tell(
                        listener -> listener.onRetried(request.admitted().id(), run, duration, backoff)));
    }

    /** The time of the test, which begins on 1 January 2030 and moves only as things are delivered. */
    public Clock clock() {
        return clock;
    }

    /** What was enqueued in this test and not rolled back, in its order. */
    public List<Request> requests() {
        return queue.all().stream().map(request -> request.admitted().request()).toList();
    }

    /** Requests whose callbacks failed as often as the settings allow. */
    public List<DeadLetter> deadLetters() {
        return queue.deadLetters();
    }

    /** For AssertJ: {@code assertThat(http).enqueued(..)}. */
    @Override
    public PatientHttpAssert assertThat() {
        return new PatientHttpAssert(this, queue);
    }

    /**
     * Records them. In Spring, those of a transaction that rolls back are withdrawn.
     *
     * @throws IllegalArgumentException as in production
     */
    @Override
    public List<String> enqueueAll(Collection<Request> requests) {
        var now = inline;
        var added = queue.add(client().admit(requests), now);
        end.then(() -> added.forEach(this::tellEnqueued), () -> queue.rollBack(added));
        if (now) {
            run(added);
        }
        return added.stream().map(request -> request.admitted().id()).toList();
    }

    private void tellEnqueued(RecordedRequest request) {
        var admitted = request.admitted();
        events.tell(listener -> listener.onEnqueued(admitted.id(), admitted.request()));
    }

    private void run(List<RecordedRequest> taken) {
        try {
            for (var request : taken) {
                step(request); // sends it
                step(request); // runs its callback
            }
        } finally {
            queue.giveBack(taken);
        }
    }

    /** Like {@link #enqueueAll(Collection)}; the connection is not used, and its rollback withdraws nothing. */
    @Override
    public List<String> enqueueAll(Connection connection, Collection<Request> requests) {
        return enqueueAll(requests);
    }

    @Override
    public CancelResult cancel(String id) {
        return queue.cancel(id);
    }

    @Override
    public Optional<RequestStatus> find(String id) {
        return queue.find(id);
    }

    private synchronized InlinePatientHttp client() {
        if (client == null) {
            atFirstUse.accept(this);
            client = builder.sending(sending -> sending.transport(transport::under))
                    .build();
        }
        return client;
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        var undelivered = queue.undelivered();
        if (!undelivered.isEmpty()) {
            var note = new AssertionError(Messages.undelivered(undelivered));
            note.setStackTrace(new StackTraceElement[0]);
            thrown.addSuppressed(note);
        }
        throw thrown;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        var forgotten = queue.unnoticed().stream()
                .filter(request -> script.knows(request.view()))
                .toList();
        forget();
        if (context.getExecutionException().isEmpty() && !forgotten.isEmpty()) {
            throw new AssertionError(Messages.forgotten(forgotten));
        }
    }

    private void forget() {
        queue.clear();
        script.clear();
        clock.reset();
    }

    /** As it was before {@link #inline}. */
    void notInline() {
        inline = false;
    }
}
