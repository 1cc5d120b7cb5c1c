package io.patienthttp.benchmarks;

import io.patienthttp.benchmarks.Throughput.Load;
import io.patienthttp.benchmarks.report.Report;
import io.patienthttp.benchmarks.report.Svg;
import io.patienthttp.benchmarks.report.Svg.Bar;
import io.patienthttp.benchmarks.report.Svg.Colour;
import io.patienthttp.benchmarks.report.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** W6: W2 with one, two and four worker processes. That each request is sent once is checked by {@link Throughput}. */
final class MoreWorkers implements Workload {

    @Override
    public String name() {
        return "W6";
    }

    @Override
    public void run(Bench bench, Report report) throws Exception {
        int requests = bench.scale().noDelay();
        var all = new TreeMap<Integer, List<Measurement>>();
        for (int repetition = 0; repetition < bench.scale().repetitions(); repetition++) {
            for (int workers : bench.scale().workers()) {
                int warmUp = bench.scale().warmUp() / 2 * workers; // each JVM warms up
                var load = new Load(requests, warmUp, 0, workers);
                all.computeIfAbsent(workers, k -> new ArrayList<>())
                        .add(new Throughput(bench).run(Spec.PATIENT, load).measurement());
            }
        }
        var medians = new TreeMap<Integer, Measurement>();
        all.forEach((workers, measurements) -> medians.put(workers, Measurement.median(measurements)));
        double one = Objects.requireNonNull(medians.get(1)).rate();
        medians.forEach((workers, median) -> {
            report.figure("W6.rate." + workers, median.rate(), "req/s", median.rate() / one);
            report.figure("W6.cpu." + workers, median.cpu(), "ms/request");
        });
        double lowest =
                medians.values().stream().mapToDouble(Measurement::rate).min().orElseThrow();
        report.figure("W6.lowest", lowest / one, "x", lowest / one);
        report.target(Target.atLeast(
                "W6 lowest total of all numbers of workers against one worker, x; each request sent once",
                "W6.lowest",
                1,
                null));
        var title = "W6: " + requests + " requests of zero delay, by number of workers";
        report.section(title, report.picture("w6", title, picture(title, medians)), table(medians));
    }

    private static Svg picture(String title, Map<Integer, Measurement> medians) {
        var rates = new ArrayList<Bar>();
        var cpu = new ArrayList<Bar>();
        medians.forEach((workers, median) -> {
            rates.add(new Bar(label(workers), median.rate(), Colour.OURS));
            cpu.add(new Bar(label(workers), median.cpu(), Colour.OURS));
        });
        return new Svg(title)
                .bars("requests a second, all together", rates)
                .bars("CPU ms a request, JVMs and database", cpu);
    }

    private static String table(Map<Integer, Measurement> medians) {
        return Report.table(
                List.of("workers", "req/s", "CPU ms", "row writes", "commits"),
                medians.entrySet().stream()
                        .map(entry -> List.of(
                                entry.getKey().toString(),
                                Report.number(entry.getValue().rate()),
                                Report.number(entry.getValue().cpu()),
                                Report.number(entry.getValue().rowWrites()),
                                Report.number(entry.getValue().commits())))
                        .toList());
    }

    private static String label(int workers) {
        return workers + (workers == 1 ? " worker" : " workers");
    }
}
