package io.patienthttp.benchmarks;

import io.patienthttp.benchmarks.machine.Proc;
import io.patienthttp.benchmarks.report.Report;
import io.patienthttp.benchmarks.report.Svg;
import io.patienthttp.benchmarks.report.Svg.Bar;
import io.patienthttp.benchmarks.report.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** W5: what it costs when there is nothing to do. */
final class Idle implements Workload {

    private static final long SETTLE_MILLIS = 10_000;

    @Override
    public String name() {
        return "W5";
    }

    /** Statements a second, and CPU of JVM and database in percent of a core. */
    private record Cost(double statements, double jvm, double database) {}

    @Override
    public void run(Bench bench, Report report) throws Exception {
        var contenders = new ArrayList<>(List.of(Spec.PATIENT));
        if (bench.scale().sweeps()) {
            contenders.addAll(List.of(Spec.DB_SCHEDULER_100, Spec.JOBRUNR_100));
        }
        var costs = new LinkedHashMap<Spec, Cost>();
        for (var contender : contenders) {
            costs.put(contender, measure(bench, contender));
        }
        costs.forEach((spec, cost) -> {
            report.figure("W5.statements." + spec.key(), cost.statements(), "statements/s");
            report.figure("W5.cpu." + spec.key(), cost.jvm() + cost.database(), "%-of-a-core");
        });
        report.target(Target.atMost("W5 idle, statements a second", "W5.statements.patient-http", 10, 2.0));
        report.target(Target.atMost("W5 idle, CPU of JVM and database, % of a core", "W5.cpu.patient-http", 1, null));
        var title = "W5: idle for " + bench.scale().idleSeconds() + " s";
        report.section(title, report.picture("w5", title, picture(title, costs)), table(costs));
    }

    private static Svg picture(String title, Map<Spec, Cost> costs) {
        var statements = new ArrayList<Bar>();
        var cpu = new ArrayList<Bar>();
        costs.forEach((spec, cost) -> {
            statements.add(new Bar(spec.name(), cost.statements(), spec.colour()));
            cpu.add(new Bar(spec.name(), cost.jvm() + cost.database(), spec.colour()));
        });
        return new Svg(title).bars("statements a second", statements).bars("CPU of JVM and database, % of a core", cpu);
    }

    private static String table(Map<Spec, Cost> costs) {
        return Report.table(
                List.of("contender", "statements/s", "CPU of the JVM, % of a core", "CPU of the database, % of a core"),
                costs.entrySet().stream()
                        .map(entry -> List.of(
                                entry.getKey().name(),
                                Report.number(entry.getValue().statements()),
                                Report.number(entry.getValue().jvm()),
                                Report.number(entry.getValue().database())))
                        .toList());
    }

    private static Cost measure(Bench bench, Spec spec) throws InterruptedException {
        var postgres = bench.postgres();
        var database = postgres.createDatabase();
        try (var worker = bench.contender(spec, database, Bench.HEAP)) {
            worker.ask("create");
            worker.ask("start");
            Thread.sleep(SETTLE_MILLIS);
            long statements = statements(bench, database);
            long jvm = Proc.cpuMillis(worker.pid());
            long server = postgres.cpuMillis();
            Thread.sleep(bench.scale().idleSeconds() * 1_000L);
            double seconds = bench.scale().idleSeconds();
            var cost = new Cost(
                    (statements(bench, database) - statements) / seconds,
                    (Proc.cpuMillis(worker.pid()) - jvm) / seconds / 10,
                    (postgres.cpuMillis() - server) / seconds / 10);
            worker.quit();
            return cost;
        } finally {
            postgres.dropDatabase(database);
        }
    }

    /** All statements in the database, BEGIN and COMMIT too, asked from it: a handful of them are our own. */
    private static long statements(Bench bench, String database) {
        return bench.postgres()
                .query(
                        database,
                        "SELECT sum(calls)::bigint FROM pg_stat_statements WHERE dbid ="
                                + " (SELECT oid FROM pg_database WHERE datname = current_database())",
                        Long.class);
    }
}
