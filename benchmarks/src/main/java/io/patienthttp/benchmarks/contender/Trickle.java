package io.patienthttp.benchmarks.contender;

import io.patienthttp.benchmarks.machine.Options;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * Stores requests one by one, each in a transaction of its own, and notes when each was committed. Meanwhile measures
 * what nobody can do without: one commit and one bare exchange with the same server.
 */
final class Trickle {

    private static final int BASELINES_PER_SECOND = 20;

    private final DataSource pool;
    private final Contender contender;
    private final List<String> times = Collections.synchronizedList(new ArrayList<>());

    Trickle(DataSource pool, Contender contender) {
        this.pool = pool;
        this.contender = contender;
    }

    /** Lines "committed id nanoseconds" and "baseline number nanoseconds". */
    List<String> times() {
        return times;
    }

    void run(String server, int delayMillis, int perSecond, int seconds) throws Exception {
        try (var connection = pool.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE commits (number int)");
        }
        var baseline = new Thread(() -> baseline(server, seconds), "baseline");
        baseline.start();
        paced(perSecond, seconds, number -> store(server + "/?delay=" + delayMillis));
        baseline.join();
    }

    private interface Step {

        void run(int number) throws Exception;
    }

    private static void paced(int perSecond, int seconds, Step step) throws Exception {
        long start = System.nanoTime();
        for (int i = 0; i < perSecond * seconds; i++) {
            long due = start + i * 1_000_000_000L / perSecond;
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            step.run(i);
        }
    }

    private void store(String url) throws Exception {
        try (var connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            var id = contender.store(connection, url, 1).get(0);
            connection.commit();
            long committed = System.nanoTime();
            contender.wake();
            times.add("committed " + id + " " + committed);
        }
    }

    private void baseline(String server, int seconds) {
        try (var bare = new BareClient(Options.of("max-in-flight", 1), new Results());
                var connection = pool.getConnection();
                var insert = connection.prepareStatement("INSERT INTO commits VALUES (?)")) {
            bare.start();
            paced(BASELINES_PER_SECOND, seconds, number -> {
                long begin = System.nanoTime();
                insert.setInt(1, number);
                insert.executeUpdate();
                bare.exchange(server + "/?delay=0");
                times.add("baseline " + number + " " + (System.nanoTime() - begin));
            });
        } catch (Exception e) {
            throw new IllegalStateException("the baseline failed", e);
        }
    }
}
