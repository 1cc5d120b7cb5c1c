package io.patienthttp.internal.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.RequestState;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore.StoredOutcome;
import io.patienthttp.spi.RequestStore.Value;
import java.time.Duration;
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
        assertThat(fresh.take(first.ref())).contains(first);
        assertThat(fresh.take(first.ref())).isEmpty();
        var fourth = add();
        assertThat(fresh.take(second.ref())).contains(second);
        assertThat(fresh.take(fourth.ref())).contains(fourth);
    }

    @Test
    void whatWasDeliveredElsewhereGivesWay() {
        var first = add();
        now.addAndGet(Duration.ofSeconds(31).toNanos());
        var second = add();
        var third = add();

        assertThat(fresh.take(first.ref())).isEmpty();
        assertThat(fresh.take(second.ref())).contains(second);
        assertThat(fresh.take(third.ref())).contains(third);
    }

    private StoredOutcome add() {
        var outcome = new StoredOutcome(
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
        fresh.add(outcome);
        return outcome;
    }
}
