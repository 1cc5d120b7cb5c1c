package io.patienthttp.benchmarks.contender;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;

/** What jobs and callbacks store of an answer, the same row for all contenders, and how many they stored. */
public final class Results {

    /** The table that all contenders store results in. */
    public static final String TABLE = "results";

    private final AtomicInteger stored = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final Map<String, Long> begun = new ConcurrentHashMap<>();
    private volatile long last;

    static void createTable(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE " + TABLE + " (id text NOT NULL, status int, length int, crc bigint)");
        }
    }

    /** A callback has begun. */
    void begin(String id) {
        begun.put(id, System.nanoTime());
    }

    /** Inserts the row; the caller commits. */
    void insert(Connection connection, String id, int status, byte[] body) throws SQLException {
        var crc = new CRC32();
        crc.update(body);
        try (var insert = connection.prepareStatement("INSERT INTO " + TABLE + " VALUES (?, ?, ?, ?)")) {
            insert.setString(1, id);
            insert.setInt(2, status);
            insert.setInt(3, body.length);
            insert.setLong(4, crc.getValue());
            insert.executeUpdate();
        }
    }

    /** The row is committed. */
    void committed() {
        last = System.nanoTime();
        stored.incrementAndGet();
    }

    /** There was no answer. */
    void fail() {
        failed.incrementAndGet();
    }

    /** When callbacks began, by request id. */
    Map<String, Long> begun() {
        return begun;
    }

    /** For the command "count": stored, failed, when the last was stored. */
    String counts() {
        int count = stored.get(); // before last, which is then no older than the row that was counted
        return count + " " + failed.get() + " " + last;
    }
}
