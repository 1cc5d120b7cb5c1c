package io.patienthttp.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.benchmarks.machine.Postgres;
import io.patienthttp.benchmarks.report.Report;
import io.patienthttp.benchmarks.report.Statistics;
import io.patienthttp.benchmarks.report.Svg;
import io.patienthttp.benchmarks.report.Svg.Bar;
import io.patienthttp.benchmarks.report.Svg.Colour;
import io.patienthttp.benchmarks.report.Target;
import io.patienthttp.jdbc.JdbcRequestStore;
import io.patienthttp.jdbc.JdbcTransactions;
import io.patienthttp.jdbc.Schema;
import io.patienthttp.spi.RequestStore.ClaimOrder;
import io.patienthttp.spi.RequestStore.ProcessRow;
import io.patienthttp.spi.RequestStore.Suspects;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** W7: what the real claim reads in a large table, for one row, on two versions of PostgreSQL. */
final class LargeTable implements Workload {

    private static final Path POSTGRES_15 = Path.of("/usr/lib/postgresql/15/bin");

    /** After that many claims the driver has prepared the statement and the server has settled on its plan. */
    private static final int SETTLED = 12;

    private static final int CLAIMS = 5;

    private static final String INSERT = """
            INSERT INTO patient_http_requests (id, state, epoch, attempt, recoveries, priority, run_at, concurrency_key,
                cancel_requested, callback, method, host, format, request, created_at)
            SELECT gen_random_uuid(), 'PENDING', 0, 1, 0, %d, now() + INTERVAL '%s' + g * INTERVAL '1 ms', '%s', FALSE,
                'callback', 'POST', '127.0.0.1', 1, '{}', now() FROM generate_series(1, %d) g
            """;

    @Override
    public String name() {
        return "W7";
    }

    /** What stands before the rows that can be claimed. */
    private enum Case {
        FUTURE("future rows of a better priority"),
        FULL_KEY("due rows of a full key");

        private final String words;

        Case(String words) {
            this.words = words;
        }
    }

    /** One claim: buffers that all its statements touched, and milliseconds. */
    private record Cost(double buffers, double millis) {}

    @Override
    public void run(Bench bench, Report report) throws Exception {
        var rows = new ArrayList<List<String>>();
        var bars = new ArrayList<Bar>();
        var found = new Worst();
        measure(bench.postgres(), bench, report, found, rows, bars);
        if (Files.isExecutable(POSTGRES_15.resolve("initdb"))) {
            try (var older = Postgres.installed(POSTGRES_15, bench.directory())) {
                measure(older, bench, report, found, rows, bars);
            }
        } else {
            report.skipped("W7 on PostgreSQL 15: it is not installed in " + POSTGRES_15);
        }
        report.figure("W7.most-buffers", found.buffers, "buffers");
        report.figure("W7.most-growth", found.growth, "x", found.growth);
        report.target(Target.atMost("W7 buffers a claim of one row, at most", "W7.most-buffers", 50, 20.0));
        report.target(Target.atMost("W7 growth of that when the table grows 10 times, x", "W7.most-growth", 1.5, null));
        var title = "W7: a claim of one row, " + bench.scale().futureRows() + " rows in front";
        report.section(
                title,
                report.picture("w7", title, new Svg(title).logarithmicBars("buffers a claim", bars)),
                Report.table(List.of("table", "buffers", "ms"), rows));
    }

    /** The worst of all cases. */
    private static final class Worst {

        private double buffers;
        private double growth;
    }

    private static void measure(
            Postgres postgres, Bench bench, Report report, Worst worst, List<List<String>> rows, List<Bar> bars) {
        var version = "PostgreSQL " + postgres.version();
        for (var what : Case.values()) {
            double before = Double.NaN;
            for (int future :
                    List.of(bench.scale().futureRows() / 10, bench.scale().futureRows())) {
                int front = what == Case.FUTURE ? future : future / 10;
                var cost = measure(postgres, what, future);
                var label = version + ": " + front + " " + what.words;
                var key = "W7." + what.name().toLowerCase(Locale.ROOT) + ".pg"
                        + postgres.version().replaceAll("\\..*", "") + "." + front;
                report.figure(key + ".buffers", cost.buffers(), "buffers", cost.buffers() / before);
                report.figure(key + ".time", cost.millis(), "ms");
                worst.buffers = Math.max(worst.buffers, cost.buffers());
                if (!Double.isNaN(before)) {
                    worst.growth = Math.max(worst.growth, cost.buffers() / before);
                }
                before = cost.buffers();
                rows.add(List.of(label, Report.number(cost.buffers()), Report.number(cost.millis())));
                bars.add(new Bar(
                        "PG " + postgres.version() + ", " + front
                                + (what == Case.FUTURE ? " future" : " of a full key"),
                        cost.buffers(),
                        Colour.OURS));
            }
        }
    }

    private static Cost measure(Postgres postgres, Case what, int future) {
        var database = postgres.createDatabase();
        try (var pool = pool(postgres.url(database))) {
            var transactions = JdbcTransactions.of(pool);
            new Schema(transactions, "patient_http_").create();
            if (what == Case.FUTURE) {
                postgres.execute(database, INSERT.formatted(0, "1 day", "some", future));
                postgres.execute(database, INSERT.formatted(3, "-1 hour", "some", future / 10));
            } else {
                postgres.execute(database, INSERT.formatted(1, "-2 hours", "full", future / 10));
                postgres.execute(database, INSERT.formatted(1, "-1 hour", "free", 100));
            }
            postgres.execute(database, "VACUUM ANALYZE patient_http_requests");
            var store = new JdbcRequestStore(transactions, "patient_http_", "{}", "{}");
            var self = UUID.randomUUID();
            store.register(new ProcessRow(
                    self, "localhost", 1, "benchmark", Duration.ofMinutes(30), null, 100, 0, null, null));
            var order = new ClaimOrder(self, 1, Map.of("full", 0), new Suspects(3, 16, 1, 1));
            var costs = new ArrayList<Cost>();
            for (int i = 0; i < SETTLED + CLAIMS; i++) {
                postgres.execute(database, "SELECT pg_stat_statements_reset()");
                var claimed = store.claim(order);
                if (claimed.size() != 1) {
                    throw new IllegalStateException("claimed " + claimed.size() + " rows instead of 1");
                }
                if (i >= SETTLED) {
                    costs.add(new Cost(
                            number(postgres, database, "sum(shared_blks_hit + shared_blks_read)"),
                            number(postgres, database, "sum(total_exec_time)")));
                }
            }
            return new Cost(
                    Statistics.median(costs.stream().map(Cost::buffers).toList()),
                    Statistics.median(costs.stream().map(Cost::millis).toList()));
        } finally {
            postgres.dropDatabase(database);
        }
    }

    private static double number(Postgres postgres, String database, String column) {
        return postgres.query(
                database,
                "SELECT (" + column + ")::float8 FROM pg_stat_statements WHERE query LIKE '%patient_http_requests%'",
                Double.class);
    }

    private static HikariDataSource pool(String url) {
        var config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(1); // the claims come from one session, as those of a claimer mostly do
        config.setConnectionTimeout(120_000);
        return new HikariDataSource(config);
    }
}
