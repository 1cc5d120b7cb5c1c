package io.patienthttp.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.patienthttp.CapacityException;
import io.patienthttp.Failure;
import io.patienthttp.LifecycleState;
import io.patienthttp.Listener;
import io.patienthttp.Method;
import io.patienthttp.NotRunningException;
import io.patienthttp.Outcome;
import io.patienthttp.Request;
import io.patienthttp.Response;
import io.patienthttp.Secret;
import io.patienthttp.fixture.SlowServer;
import io.patienthttp.processor.OutcomeJson;
import io.patienthttp.processor.Processor;
import io.patienthttp.processor.Task;
import io.patienthttp.processor.TaskHandler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A processor of an application's own, without a database, over real sockets (parity 23 to 33). */
class StandaloneProcessorTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private final SlowServer server = new SlowServer();
    private final HttpSender http =
            HttpSender.builder().secret("key", () -> "s3cret").build();
    private final QueueHandler handler = new QueueHandler();
    private final Events events = new Events();
    private final Processor<Job> processor = new Processor<>(http::send, handler, 3);

    @BeforeEach
    void start() {
        http.start();
        processor.addListener(events);
        processor.start();
    }

    @AfterEach
    void stop() throws Exception {
        processor.stop(Duration.ZERO, SOON);
        http.close();
        server.close();
    }

    private Job job(String id, long delayMillis) {
        return new Job(
                id,
                Request.builder(Method.GET, server.slow(delayMillis))
                        .header("x-api-key", Secret.named("key"))
                        .callbackArgs(Map.of("job", id))
                        .build());
    }

    @Test
    void outcomesGoToTheHandlerWithWhatWasGiven() {
        processor.enqueue(job("a", 0));
        processor.enqueue(new Job(
                "b",
                Request.builder(Method.GET, server.slow(0))
                        .header("a", Secret.named("nobody"))
                        .build()));

        await().atMost(SOON).until(() -> processor.isIdle());
        var response = (Response) handler.outcomes.get("a");
        assertThat(response.requestId()).isEqualTo("a");
        assertThat(response.attempt()).isEqualTo(1);
        assertThat(response.callbackArgs().get("job")).isEqualTo("a");
        assertThat(response.duration()).isPositive();
        assertThat(server.hits()).containsOnlyKeys("a");
        var failure = (Failure) handler.outcomes.get("b");
        assertThat(failure.kind()).isEqualTo(Failure.Kind.PREPARATION);
        assertThat(failure.message()).isEqualTo("no secret is registered under the name nobody");
    }

    @Test
    void anOutcomeComesBackFromItsJsonAsItWas() {
        processor.enqueue(job("a", 0));

        await().atMost(SOON).until(() -> processor.isIdle());
        var outcome = handler.outcomes.get("a");
        assertThat(OutcomeJson.read(OutcomeJson.write(outcome)))
                .usingRecursiveComparison()
                .isEqualTo(outcome);
    }

    @Test
    void aTaskBeyondTheCapacityIsRefusedAndToldUntilASlotIsFree() {
        for (var id : List.of("a", "b", "c")) {
            processor.enqueue(job(id, 300));
        }

        assertThatThrownBy(() -> processor.enqueue(job("d", 0)))
                .isInstanceOf(CapacityException.class)
                .hasMessage("the processor holds 3 tasks, task d was refused");
        await().atMost(SOON).until(() -> events.told.contains("capacity d"));
        assertThat(events.told).doesNotContain("start d");
        assertThat(processor.inFlight()).isEqualTo(3);
        assertThat(processor.free()).isZero();
        assertThat(processor.tasks()).extracting(Job::id).containsExactlyInAnyOrder("a", "b", "c");

        await().atMost(SOON).until(() -> processor.isIdle());
        processor.enqueue(job("d", 0));
        await().atMost(SOON).until(() -> handler.outcomes.containsKey("d"));
    }

    @Test
    void drainFinishesWhatItHoldsAndRefusesMore() throws Exception {
        processor.enqueue(job("a", 300));

        processor.drain();
        assertThatThrownBy(() -> processor.enqueue(job("b", 0)))
                .isInstanceOf(NotRunningException.class)
                .hasMessage("the processor is DRAINING, task b was refused");
        processor.start();
        assertThat(processor.state()).as("draining cannot be taken back").isEqualTo(LifecycleState.DRAINING);

        assertThat(processor.awaitIdle(SOON)).isTrue();
        assertThat(handler.outcomes).containsOnlyKeys("a");
    }

    @Test
    void stopGivesBackWhatIsNotDoneInTimeAndItMayBeStartedAgain() throws Exception {
        processor.enqueue(job("fast", 100));
        processor.enqueue(job("slow", 60_000));
        await().atMost(SOON).until(() -> server.waiting() == 2);

        assertThat(processor.stop(Duration.ofSeconds(2), SOON)).isEqualTo(1);

        assertThat(handler.outcomes).containsOnlyKeys("fast");
        assertThat(handler.givenBack).extracting(Job::id).containsExactly("slow");
        assertThat(processor.state()).isEqualTo(LifecycleState.STOPPED);
        assertThat(processor.stop(Duration.ZERO, SOON)).isZero();
        assertThat(events.told)
                .containsSubsequence("start fast", "end fast RESPONSE")
                .containsSubsequence("start slow", "end slow NOTHING", "stop");

        processor.start();
        processor.enqueue(job("again", 0));
        await().atMost(SOON).until(() -> handler.outcomes.containsKey("again"));
    }

    @Test
    void aHandlerThatFailsForOneTaskDoesNotStopTheOthers() throws Exception {
        handler.broken = "a";
        processor.enqueue(job("a", 60_000));
        processor.enqueue(job("b", 60_000));

        assertThat(processor.stop(Duration.ZERO, SOON)).isEqualTo(2);

        assertThat(handler.givenBack).extracting(Job::id).containsExactly("b");
        assertThat(processor.isIdle()).isTrue();
    }

    @Test
    void aHandlerMayStopIt() {
        handler.onCompleted = () -> {
            try {
                processor.stop(Duration.ofMillis(100), Duration.ofMillis(100));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };

        processor.enqueue(job("a", 0));

        await().atMost(SOON).until(() -> processor.state() == LifecycleState.STOPPED);
        assertThat(handler.outcomes).containsOnlyKeys("a");
    }

    @Test
    void listenersAreToldInBalanceAndCannotHarmIt() throws Exception {
        var late = new Events();
        processor.addListener(late);
        processor.addListener(new Listener() {
            @Override
            public void onRequestStart(String requestId, Request request) {
                throw new IllegalStateException("boom");
            }
        });
        await("it runs already").atMost(SOON).until(() -> late.told.equals(List.of("start")));
        assertThatThrownBy(() -> processor.addListener(late)).isInstanceOf(IllegalArgumentException.class);

        processor.enqueue(job("a", 0));
        processor.enqueue(
                new Job("b", Request.builder(Method.GET, "http://127.0.0.1:1/").build()));
        assertThat(processor.awaitIdle(SOON)).isTrue();
        processor.stop(Duration.ZERO, SOON);

        assertThat(events.told)
                .containsExactlyInAnyOrder("start", "start a", "end a RESPONSE", "start b", "end b CONNECTION", "stop");
    }

    private record Job(String id, Request request) implements Task {}

    /** What an application writes: outcomes into a map, what was given back into its queue. */
    private static final class QueueHandler implements TaskHandler<Job> {

        private final Map<String, Outcome> outcomes = new ConcurrentHashMap<>();
        private final Queue<Job> givenBack = new ArrayDeque<>();
        private volatile String broken = "";
        private volatile Runnable onCompleted = () -> {};

        @Override
        public CompletionStage<?> completed(Job job, Outcome outcome) {
            outcomes.put(job.id(), outcome);
            onCompleted.run();
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<?> released(Job job) {
            if (job.id().equals(broken)) {
                throw new IllegalStateException("the queue is away");
            }
            givenBack.add(job);
            return CompletableFuture.completedFuture(null);
        }
    }

    private static final class Events implements Listener {

        private final List<String> told = new CopyOnWriteArrayList<>();

        @Override
        public void onStart() {
            told.add("start");
        }

        @Override
        public void onStop() {
            told.add("stop");
        }

        @Override
        public void onCapacityExceeded(String requestId) {
            told.add("capacity " + requestId);
        }

        @Override
        public void onRequestStart(String requestId, Request request) {
            told.add("start " + requestId);
        }

        @Override
        public void onRequestEnd(String requestId, Request request, Optional<Outcome> outcome) {
            told.add("end " + requestId + " " + outcome.map(Events::text).orElse("NOTHING"));
        }

        private static String text(Outcome outcome) {
            return outcome instanceof Failure failure ? failure.kind().name() : "RESPONSE";
        }
    }
}
