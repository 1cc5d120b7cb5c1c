package io.patienthttp.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patienthttp.CapacityException;
import io.patienthttp.Failure;
import io.patienthttp.LifecycleState;
import io.patienthttp.Method;
import io.patienthttp.NotRunningException;
import io.patienthttp.Outcome;
import io.patienthttp.Request;
import io.patienthttp.Response;
import io.patienthttp.spi.Sending;
import io.patienthttp.spi.Sent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProcessorTest {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final List<FakeSending> sendings = new ArrayList<>();
    private final RecordingHandler handler = new RecordingHandler();
    private final List<String> room = new ArrayList<>();
    private final Processor<FakeTask> processor = new Processor<>(
            task -> {
                var sending = new FakeSending();
                sendings.add(sending);
                return sending;
            },
            handler,
            2,
            () -> room.add("room"));

    @BeforeEach
    void start() {
        processor.start();
    }

    @Test
    void theOutcomeGoesToTheHandlerAndTheSlotIsFreeOnceItIsDone() {
        processor.enqueue(new FakeTask("1"));
        sendings.get(0).complete();

        assertThat(handler.events).containsExactly("completed 1");
        assertThat(processor.inFlight()).as("not recorded yet").isEqualTo(1);
        assertThat(sendings.get(0).released).isFalse();

        handler.handled.complete(null);
        assertThat(processor.inFlight()).isZero();
        assertThat(sendings.get(0).released).isTrue();
        assertThat(room).hasSize(1);
    }

    @Test
    void aTaskBeyondTheCapacityIsRefused() {
        processor.enqueue(new FakeTask("1"));
        processor.enqueue(new FakeTask("2"));

        assertThat(processor.free()).isZero();
        assertThatThrownBy(() -> processor.enqueue(new FakeTask("3"))).isInstanceOf(CapacityException.class);
    }

    @Test
    void aTaskIsRefusedUnlessItRuns() throws Exception {
        processor.drain();
        assertThatThrownBy(() -> processor.enqueue(new FakeTask("1")))
                .isInstanceOf(NotRunningException.class)
                .hasMessageContaining("DRAINING");

        processor.stop(Duration.ZERO, Duration.ZERO);
        assertThatThrownBy(() -> processor.enqueue(new FakeTask("1")))
                .isInstanceOf(NotRunningException.class)
                .hasMessageContaining("STOPPED");
        processor.start();
        processor.enqueue(new FakeTask("1"));
        assertThat(processor.inFlight()).isEqualTo(1);
    }

    @Test
    void stopDeliversWhatFinishesInTime() throws Exception {
        handler.handled.complete(null);
        processor.enqueue(new FakeTask("1"));
        var stopper = Executors.newSingleThreadExecutor();
        try {
            var aborted = stopper.submit(() -> processor.stop(LONG, LONG));
            while (processor.state() != LifecycleState.STOPPING) {
                Thread.onSpinWait();
            }
            sendings.get(0).complete();

            assertThat(aborted.get(5, TimeUnit.SECONDS)).isZero();
        } finally {
            stopper.shutdownNow();
        }
        assertThat(handler.events).containsExactly("completed 1");
    }

    @Test
    void stopAbortsAndReleasesTheRest() throws Exception {
        handler.handled.complete(null);
        processor.enqueue(new FakeTask("1"));
        processor.enqueue(new FakeTask("2"));

        assertThat(processor.stop(Duration.ZERO, LONG)).isEqualTo(2);

        assertThat(handler.events).containsExactlyInAnyOrder("released 1", "released 2");
        assertThat(processor.state()).isEqualTo(LifecycleState.STOPPED);
    }

    @Test
    void abortClosesOnlyTheTasksThatMatch() {
        processor.enqueue(new FakeTask("1"));
        processor.enqueue(new FakeTask("2"));

        assertThat(processor.abort(task -> task.id().equals("2"))).isEqualTo(1);

        assertThat(handler.events).containsExactly("released 2");
    }

    @Test
    void whatCannotBePreparedGoesToTheHandlerAsSuch() {
        processor.enqueue(new FakeTask("1"));
        sendings.get(0).result.complete(new Sent.Unprepared("secret x is unknown"));

        assertThat(handler.events).containsExactly("completed 1");
        assertThat(handler.last).isInstanceOfSatisfying(Failure.class, failure -> assertThat(failure.kind())
                .isEqualTo(Failure.Kind.PREPARATION));
    }

    @Test
    void aHandlerThatThrowsDoesNotKeepTheSlot() {
        handler.failure = new IllegalStateException("boom");
        processor.enqueue(new FakeTask("1"));
        sendings.get(0).complete();

        assertThat(processor.inFlight()).isZero();
    }

    private record FakeTask(String id) implements Task {

        @Override
        public Request request() {
            return Request.builder(Method.GET, "http://localhost/").build();
        }
    }

    private static final class FakeSending implements Sending {

        private final CompletableFuture<Sent> result = new CompletableFuture<>();
        private boolean released;

        void complete() {
            result.complete(new Sent.Done(
                    Response.builder(new FakeTask("id").details(), 200).build()));
        }

        @Override
        public CompletionStage<Sent> result() {
            return result;
        }

        @Override
        public void abort() {
            result.complete(new Sent.Aborted());
        }

        @Override
        public void release() {
            released = true;
        }
    }

    private static final class RecordingHandler implements TaskHandler<FakeTask> {

        private final List<String> events = new ArrayList<>();
        private final CompletableFuture<Void> handled = new CompletableFuture<>();
        private RuntimeException failure;
        private Outcome last;

        @Override
        public CompletionStage<?> completed(FakeTask task, Outcome outcome) {
            if (failure != null) {
                throw failure;
            }
            events.add("completed " + task.id());
            last = outcome;
            return handled;
        }

        @Override
        public CompletionStage<?> released(FakeTask task) {
            events.add("released " + task.id());
            return handled;
        }
    }
}
