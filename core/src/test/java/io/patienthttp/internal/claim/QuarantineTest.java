package io.patienthttp.internal.claim;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.Method;
import io.patienthttp.Request;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore.ClaimedRequest;
import io.patienthttp.spi.RequestStore.StoredRequest;
import io.patienthttp.spi.RequestStore.Value;
import io.patienthttp.spi.Sending;
import io.patienthttp.spi.Sent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class QuarantineTest {

    private static final int MAX_RECOVERIES = 3;

    private final List<Exchange> sent = new ArrayList<>();
    private int inFlight = 1;
    private final Quarantine quarantine = new Quarantine(
            task -> {
                var exchange = new Exchange();
                sent.add(exchange);
                return exchange;
            },
            () -> inFlight,
            MAX_RECOVERIES);

    @Test
    void aSuspectIsSentAtOnceBesideOthers() {
        inFlight = 5;

        quarantine.send(task(MAX_RECOVERIES));

        assertThat(sent).hasSize(1);
    }

    @Test
    void aSuspectOfTheSecondDegreeIsSentAtOnceWhenItIsAlone() {
        var sending = quarantine.send(task(MAX_RECOVERIES + 1));

        assertThat(sent).hasSize(1);
        sent.get(0).result.complete(new Sent.Unprepared("answer"));
        assertThat(sending.result()).isCompletedWithValue(new Sent.Unprepared("answer"));
        sending.release();
        assertThat(sent.get(0).released).isTrue();
    }

    @Test
    void aSuspectOfTheSecondDegreeIsSentOnceWhenTheLastOtherTaskHasEnded() {
        inFlight = 3;
        quarantine.send(task(MAX_RECOVERIES + 1));
        inFlight = 2;
        quarantine.taskEnded();
        assertThat(sent).isEmpty();

        inFlight = 1;
        quarantine.taskEnded();
        quarantine.taskEnded();

        assertThat(sent).hasSize(1);
    }

    @Test
    void whatIsAbortedBeforeItWasSentIsNotSent() {
        inFlight = 2;
        var sending = quarantine.send(task(MAX_RECOVERIES + 1));

        sending.abort();
        inFlight = 1;
        quarantine.taskEnded();

        assertThat(sending.result()).isCompletedWithValue(new Sent.Aborted());
        assertThat(sent).isEmpty();
    }

    @Test
    void whatCannotBeSentIsGivenBack() {
        var broken = new Quarantine(
                task -> {
                    throw new OutOfMemoryError("no thread");
                },
                () -> inFlight,
                MAX_RECOVERIES);
        inFlight = 2;
        var sending = broken.send(task(MAX_RECOVERIES + 1));

        inFlight = 1;
        broken.taskEnded();

        assertThat(sending.result()).isCompletedWithValue(new Sent.Aborted());
    }

    @Test
    void whatIsAbortedAfterItWasSentIsAbortedOnTheWire() {
        quarantine.send(task(MAX_RECOVERIES + 1)).abort();

        assertThat(sent.get(0).aborted).isTrue();
    }

    private static ClaimedTask task(int recoveries) {
        var request =
                Request.builder(Method.GET, "http://127.0.0.1/").callback("c").build();
        var row = new ClaimedRequest(
                new RequestRef(UUID.randomUUID(), 1),
                1,
                recoveries,
                "127.0.0.1",
                new StoredRequest(1, "c", "GET", "127.0.0.1", null, Value.of("{}")),
                Instant.EPOCH,
                Instant.EPOCH,
                Instant.EPOCH,
                null,
                null);
        return new ClaimedTask(UUID.randomUUID(), row, request);
    }

    private static final class Exchange implements Sending {

        private final CompletableFuture<Sent> result = new CompletableFuture<>();
        private boolean aborted;
        private boolean released;

        @Override
        public CompletionStage<Sent> result() {
            return result;
        }

        @Override
        public void abort() {
            aborted = true;
        }

        @Override
        public void release() {
            released = true;
        }
    }
}
