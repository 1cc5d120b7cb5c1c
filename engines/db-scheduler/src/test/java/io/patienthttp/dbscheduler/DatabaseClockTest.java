package io.patienthttp.dbscheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.fixture.Databases;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DatabaseClockTest {

    private final AtomicLong nanos = new AtomicLong();
    private final DatabaseClock clock = new DatabaseClock(nanos::get);

    @Test
    void eachLookTakesTheTimeOfTheDatabase() throws SQLException {
        nanos.addAndGet(Duration.ofMinutes(10).toNanos()); // it is ahead now

        try (var database = Databases.h2();
                var connection = database.getConnection()) {
            var before = time(connection);
            clock.look(connection);

            assertThat(clock.now()).isBetween(before, time(connection));
        }
    }

    @Test
    void itGoesOnWithTheMonotonicClock() {
        var start = clock.now();

        nanos.addAndGet(Duration.ofMinutes(3).toNanos());

        assertThat(clock.now()).isEqualTo(start.plus(Duration.ofMinutes(3)));
    }

    private static Instant time(Connection connection) throws SQLException {
        try (var row = connection.createStatement().executeQuery("SELECT CURRENT_TIMESTAMP")) {
            row.next();
            return row.getObject(1, OffsetDateTime.class).toInstant();
        }
    }
}
