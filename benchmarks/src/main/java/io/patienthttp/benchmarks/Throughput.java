package io.patienthttp.benchmarks;

import io.patienthttp.benchmarks.contender.Results;
import io.patienthttp.benchmarks.machine.Child;
import io.patienthttp.benchmarks.machine.Proc;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Measures a backlog. A fresh database and fresh JVMs; a first window that is done and not counted; then the backlog is
 * stored in one transaction, whose commit starts the clock, and which all workers that are already running then see at
 * once. The clock stops at the last result; costs are counted until nothing is left to be removed.
 */
final class Throughput {

    private static final long LONGEST_NANOS = 240_000_000_000L;

    private final Bench bench;

    Throughput(Bench bench) {
        this.bench = bench;
    }

    /**
     * What to do.
     *
     * @param workers how many processes share the work
     */
    record Load(int requests, int warmUp, int delayMillis, int workers) {}

    /** What came out, and what the database was asked most (calls, milliseconds, rows, buffers, WAL bytes, statement). */
    record Outcome(Measurement measurement, List<List<String>> statements) {}

    Outcome run(Spec spec, Load load) throws SQLException, InterruptedException {
        var database = bench.postgres().createDatabase();
        bench.server().ask("reset");
        var workers = new ArrayList<Child>();
        try {
            for (int i = 0; i < load.workers(); i++) {
                var worker = bench.contender(spec, database, Bench.HEAP);
                workers.add(worker);
                if (i == 0) {
                    worker.ask("create");
                }
                worker.ask("start");
            }
            return measure(spec, load, database, workers);
        } finally {
            workers.forEach(Child::close);
            bench.postgres().dropDatabase(database);
        }
    }

    private Outcome measure(Spec spec, Load load, String database, List<Child> workers)
            throws SQLException, InterruptedException {
        var postgres = bench.postgres();
        var first = workers.get(0);
        var total = load.warmUp() + load.requests();
        int asked; // commits of our own
        double rate;
        double jvmCpu;
        double databaseCpu;
        double wal;
        try (var connection = postgres.connect(database)) {
            first.ask("store " + load.warmUp() + " 0");
            first.ask("commit");
            awaitResults(workers, load.warmUp());
            asked = awaitNothingPending(connection, spec) + 1;
            postgres.execute(database, "SELECT pg_stat_statements_reset()");

            long jvmBefore = sum(workers, Proc::cpuMillis);
            long databaseBefore = postgres.cpuMillis();
            long walBefore = postgres.walBytes();
            first.ask("store " + load.requests() + " " + load.delayMillis());
            long start = Long.parseLong(first.ask("commit").get(0));
            long end = awaitResults(workers, total);
            asked += awaitNothingPending(connection, spec);
            rate = load.requests() / ((end - start) / 1e9);
            jvmCpu = sum(workers, Proc::cpuMillis) - jvmBefore;
            databaseCpu = postgres.cpuMillis() - databaseBefore;
            wal = postgres.walBytes() - walBefore;
        }
        double peak = sumOf(workers, worker -> Proc.megabytes(worker.pid(), "VmHWM"));
        double anonymous = sumOf(workers, worker -> Proc.megabytes(worker.pid(), "RssAnon"));
        workers.forEach(Child::quit);
        postgres.awaitNoSessions(database);
        check(spec, database, total);
        return new Outcome(
                new Measurement(
                        rate,
                        jvmCpu / load.requests(),
                        databaseCpu / load.requests(),
                        (double) postgres.rowWrites(database, Results.TABLE) / total,
                        (double) (postgres.commits(database) - asked) / total,
                        wal / load.requests(),
                        peak,
                        anonymous),
                statements(database));
    }

    /** Waits until all workers together have stored that many results; returns when the last one was. */
    static long awaitResults(List<Child> workers, int wanted) throws InterruptedException {
        long deadline = System.nanoTime() + LONGEST_NANOS;
        while (true) {
            int stored = 0;
            int failed = 0;
            long last = 0;
            for (var worker : workers) {
                var counts = worker.ask("count");
                stored += Integer.parseInt(counts.get(0));
                failed += Integer.parseInt(counts.get(1));
                last = Math.max(last, Long.parseLong(counts.get(2)));
            }
            if (failed > 0) {
                throw new IllegalStateException(failed + " requests failed");
            }
            if (stored >= wanted) {
                return last;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(
                        "only " + stored + " of " + wanted + " results after " + LONGEST_NANOS / 1_000_000_000L + " s");
            }
            Thread.sleep(50);
        }
    }

    private static int awaitNothingPending(Connection connection, Spec spec) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + LONGEST_NANOS;
        for (int asked = 1; ; asked++) {
            try (var statement = connection.createStatement();
                    var rows = statement.executeQuery(spec.pending())) {
                rows.next();
                if (rows.getLong(1) == 0) {
                    return asked;
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException(rows.getLong(1) + " rows are left");
                }
            }
            Thread.sleep(100);
        }
    }

    /** Each request was sent once, and has one result. */
    private void check(Spec spec, String database, int total) {
        var seen = bench.seen();
        boolean sends = !spec.kind().equals("by-hand");
        boolean tells = !spec.kind().equals("bare-client"); // of ids
        if (sends && (seen.hits() != total || (tells && (seen.ids() != total || seen.twice() != 0)))) {
            throw new IllegalStateException(total + " requests were stored, the server saw " + seen);
        }
        if (sends && tells) {
            long results =
                    bench.postgres().query(database, "SELECT count(DISTINCT id) FROM " + Results.TABLE, Long.class);
            if (results != total) {
                throw new IllegalStateException(total + " requests were stored, " + results + " have results");
            }
        }
    }

    private List<List<String>> statements(String database) throws SQLException {
        var rows = new ArrayList<List<String>>();
        try (var connection = bench.postgres().connect(database);
                var statement = connection.createStatement();
                var result = statement.executeQuery("""
                        SELECT calls, total_exec_time::numeric(12, 1), rows, shared_blks_hit + shared_blks_read, wal_bytes,
                            left(regexp_replace(query, '[[:space:]|]+', ' ', 'g'), 90)
                        FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
                        ORDER BY total_exec_time DESC LIMIT 10
                        """)) {
            while (result.next()) {
                var row = new ArrayList<String>();
                for (int column = 1; column <= 6; column++) {
                    row.add(Optional.ofNullable(result.getString(column)).orElse(""));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    private interface Counter {

        long of(long pid);
    }

    private static long sum(List<Child> workers, Counter counter) {
        return workers.stream().mapToLong(worker -> counter.of(worker.pid())).sum();
    }

    private static double sumOf(List<Child> workers, ToDoubleFunction<Child> value) {
        return workers.stream().mapToDouble(value).sum();
    }
}
