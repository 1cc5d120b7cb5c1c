package io.patienthttp.internal.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.patienthttp.Failure;
import io.patienthttp.HttpFailure;
import io.patienthttp.Method;
import io.patienthttp.Outcome;
import io.patienthttp.OutcomeDetails;
import io.patienthttp.RejectedFailure;
import io.patienthttp.Request;
import io.patienthttp.Response;
import io.patienthttp.StorageException;
import io.patienthttp.Traffic;
import io.patienthttp.TransportFailure;
import io.patienthttp.spi.TrafficStore;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrafficCounterTest {

    private final Written store = new Written();
    private Instant now = Instant.parse("2026-01-01T10:00:20Z");
    private final TrafficCounter counter = new TrafficCounter(store, new Clock() {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    });

    @Test
    void outcomesAreCountedByMinuteAndHost() {
        end("API.test", answer(200, 70));
        end("other.test", answer(200, 70));
        now = now.plusSeconds(60);
        end("api.test", answer(200, 70));

        counter.write();

        assertThat(store.rows)
                .extracting(row -> row.age().toSeconds() + " " + row.host() + " "
                        + row.traffic().requests())
                .containsExactlyInAnyOrder("80 api.test 1", "80 other.test 1", "20 api.test 1");
    }

    @Test
    void eachKindOfOutcomeIsCountedOnce() {
        end("api.test", answer(204, 10));
        end("api.test", answer(404, 10));
        end("api.test", HttpFailure.of((Response) answer(503, 10)));
        end("api.test", TransportFailure.of(details(3_000), Failure.Kind.TIMEOUT, "late", true));
        end("api.test", TransportFailure.of(details(400_000), Failure.Kind.CONNECTION, "gone", true));
        end("api.test", RejectedFailure.of(details(9), Failure.Kind.CANCELLED, "cancelled", true));
        counter.onRequestEnd("released", request("api.test"), Optional.empty());

        counter.write();

        assertThat(store.rows).hasSize(1);
        assertThat(store.rows.get(0).traffic())
                .isEqualTo(new Traffic(
                        6,
                        1,
                        1,
                        1,
                        2,
                        Duration.ofMillis(403_030),
                        List.of(3L, 0L, 0L, 0L, 0L, 0L, 1L, 0L, 0L, 0L, 0L, 0L, 1L)));
    }

    @Test
    void whatWasNotSentIsNoPartOfTheDurations() {
        end("api.test", RejectedFailure.of(details(50), Failure.Kind.EXPIRED, "expired", false));

        counter.write();

        assertThat(store.rows.get(0).traffic().total()).isZero();
        assertThat(store.rows.get(0).traffic().percentile(0.5)).isZero();
    }

    @Test
    void anIdleProcessWritesNothing() {
        counter.write();
        end("api.test", answer(200, 10));
        counter.write();
        counter.write();

        assertThat(store.writes).isEqualTo(1);
    }

    @Test
    void hostsAreBounded() {
        for (int i = 0; i < TrafficCounter.HOSTS + 50; i++) {
            end("host" + i + ".test", answer(200, 10));
        }
        end("host0.test", answer(200, 10));

        counter.write();

        assertThat(store.rows).hasSize(TrafficCounter.HOSTS + 1);
        assertThat(store.requests(TrafficCounter.OTHERS)).isEqualTo(50);
        assertThat(store.requests("host0.test")).isEqualTo(2);
    }

    @Test
    void whatCannotBeWrittenIsKept() {
        end("api.test", answer(200, 10));
        store.isAway = true;
        assertThatThrownBy(counter::write).isInstanceOf(StorageException.class);
        end("api.test", answer(200, 10));
        now = now.plusSeconds(60);
        end("api.test", answer(200, 10));
        assertThatThrownBy(counter::write).isInstanceOf(StorageException.class);
        store.isAway = false;

        counter.write();

        assertThat(store.rows).hasSize(2);
        assertThat(store.requests("api.test")).isEqualTo(3);
    }

    @Test
    void minutesAreBoundedWhileTheStoreIsAway() {
        store.isAway = true;
        for (int minute = 0; minute < 3 * TrafficCounter.MINUTES; minute++) {
            end("api.test", answer(200, 10));
            assertThatThrownBy(counter::write).isInstanceOf(StorageException.class);
            now = now.plusSeconds(60);
        }
        store.isAway = false;

        counter.write();

        assertThat(store.rows).hasSize(TrafficCounter.MINUTES);
        assertThat(store.requests("api.test")).isEqualTo(3L * TrafficCounter.MINUTES);
    }

    private void end(String host, Outcome outcome) {
        counter.onRequestEnd("id", request(host), Optional.of(outcome));
    }

    private static Request request(String host) {
        return Request.builder(Method.GET, "https://" + host + "/path").build();
    }

    private static Outcome answer(int status, long millis) {
        return Response.builder(details(millis), status).build();
    }

    private static OutcomeDetails details(long millis) {
        return OutcomeDetails.builder("id", Method.GET, request("api.test").url())
                .duration(Duration.ofMillis(millis))
                .build();
    }

    /** A store that is there or away. */
    private static final class Written implements TrafficStore {

        private final List<Counted> rows = new ArrayList<>();
        private int writes;
        private boolean isAway;

        long requests(String host) {
            return rows.stream()
                    .filter(row -> row.host().equals(host))
                    .mapToLong(row -> row.traffic().requests())
                    .sum();
        }

        @Override
        public void add(Collection<Counted> counts) {
            if (isAway) {
                throw StorageException.of("add", new SQLException("away"));
            }
            writes++;
            rows.addAll(counts);
        }

        @Override
        public void deleteOlder(Duration age) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<OfHost> byHost(Duration since, int limit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<OfMinute> byMinute(Duration since) {
            throw new UnsupportedOperationException();
        }
    }
}
