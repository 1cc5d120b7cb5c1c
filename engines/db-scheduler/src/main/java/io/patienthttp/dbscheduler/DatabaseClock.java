package io.patienthttp.dbscheduler;

import com.github.kagkarlsson.scheduler.Clock;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.function.LongSupplier;

/**
 * The time of the database, by which schedulers of hosts whose clocks differ agree on what is due and who is dead. After
 * each look it goes on with the monotonic clock of this process, also while the database is away; before the first it is
 * the time of this host. Safe for all threads.
 */
final class DatabaseClock implements Clock {

    private static final String NOW = "SELECT CURRENT_TIMESTAMP";

    private final LongSupplier nanoTime;
    private volatile Look last;

    DatabaseClock(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.last = new Look(Instant.now(), nanoTime.getAsLong());
    }

    @Override
    public Instant now() {
        return last.at(nanoTime.getAsLong());
    }

    /** Asks the database, on a connection without an open transaction: its time would be that of the begin. */
    void look(Connection connection) throws SQLException {
        try (var statement = connection.prepareStatement(NOW)) {
            long before = nanoTime.getAsLong();
            try (var row = statement.executeQuery()) {
                row.next();
                var time = row.getObject(1, OffsetDateTime.class).toInstant();
                last = new Look(time, before + (nanoTime.getAsLong() - before) / 2);
            }
        }
    }

    /** What the database said, half way between question and answer. */
    private record Look(Instant time, long nanos) {

        Instant at(long now) {
            return time.plusNanos(now - nanos);
        }
    }
}
