package io.patienthttp.internal.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.Method;
import io.patienthttp.OutcomeDetails;
import io.patienthttp.RequestState;
import io.patienthttp.Response;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore.StoredOutcome;
import io.patienthttp.spi.RequestStore.Value;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FreshOutcomesTest {

    private static final int ROOM_FOR_TWO = 2_500;

    private final AtomicLong now = new AtomicLong();
    private final FreshOutcomes fresh = new FreshOutcomes(ROOM_FOR_TWO, now::get);

    @Test
    void whatComesWhenItIsFullIsNotKeptAndWhatIsThereStays() {
        var first = add();
        var second = add();
        var third = add();

        assertThat(fresh.take(third.ref())).isEmpty();
        assertThat(take(first)).contains(first);
        assertThat(fresh.take(first.ref())).isEmpty();
        var fourth = add();
        assertThat(take(second)).contains(second);
        assertThat(take(fourth)).contains(fourth);
    }

    @Test
    void whatWasDeliveredElsewhereGivesWay() {
        var first = add();
        now.addAndGet(Duration.ofSeconds(31).toNanos());
        var second = add();
        var third = add();

        assertThat(fresh.take(first.ref())).isEmpty();
        assertThat(take(second)).contains(second);
        assertThat(take(third)).contains(third);
    }

    @Test
    void anOutcomeThatIsKnownIsKeptInsteadOfItsTextAndItsBodyCounts() {
        var row = row();
        var outcome = response(1_000);

        fresh.add(row, outcome);
        var second = add();

        assertThat(fresh.take(second.ref())).as("no room for it").isEmpty();
        var kept = fresh.take(row.ref()).orElseThrow();
        assertThat(kept.outcome()).isSameAs(outcome);
        assertThat(kept.row()).isEqualTo(row.with(null));
        assertThat(fresh.size).isZero();
    }

    private static Response response(int bodySize) {
        var details = OutcomeDetails.builder("id", Method.GET, URI.create("http://127.0.0.1/"))
                .build();
        return Response.builder(details, 200).body(new byte[bodySize]).build();
    }

    private Optional<StoredOutcome> take(StoredOutcome row) {
        return fresh.take(row.ref()).map(FreshOutcomes.Kept::row);
    }

    private StoredOutcome add() {
        var row = row();
        fresh.add(row, null);
        return row;
    }

    private static StoredOutcome row() {
        return new StoredOutcome(
                new RequestRef(UUID.randomUUID(), 1),
                RequestState.COMPLETED,
                1,
                1,
                "GET",
                "127.0.0.1",
                "callback",
                null,
                Value.of("x".repeat(500)),
                null,
                Duration.ZERO);
    }
}
