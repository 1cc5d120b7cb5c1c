package io.patienthttp.benchmarks;

import io.patienthttp.benchmarks.Throughput.Load;
import io.patienthttp.benchmarks.Throughput.Outcome;
import io.patienthttp.benchmarks.machine.Options;
import io.patienthttp.benchmarks.report.Report;
import io.patienthttp.benchmarks.report.Svg;
import io.patienthttp.benchmarks.report.Svg.Bar;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Several contenders on the same load, in alternating order, peers at the best of some settings each. */
final class Race {

    private static final List<Integer> POOLS = List.of(20, 60);
    private static final List<String> POLLINGS = List.of("fetch", "lock-and-fetch");

    private final Bench bench;
    private final Report report;
    private final String workload;
    private final int requests;
    private final int delayMillis;
    private final Map<Spec, List<Outcome>> outcomes = new LinkedHashMap<>();
    private final Map<Spec, Measurement> medians = new LinkedHashMap<>();

    Race(Bench bench, Report report, String workload, int requests, int delayMillis) {
        this.bench = bench;
        this.report = report;
        this.workload = workload;
        this.requests = requests;
        this.delayMillis = delayMillis;
    }

    /** Runs all of them as often as the scale says, and prints the medians. */
    void run(List<Spec> contenders) throws InterruptedException {
        var order = new ArrayList<Spec>();
        for (var contender : contenders) {
            if (!bench.wants(contender)) {
                continue;
            }
            if (!bench.runs(contender)) {
                report.skipped(
                        workload + " " + contender.name() + ": the Java of the contenders has no virtual threads");
            } else {
                order.add(
                        bench.scale().sweeps() && bench.only().isEmpty() && contender.threads() > 0
                                ? best(contender)
                                : contender);
            }
        }
        order.forEach(spec -> outcomes.put(spec, new ArrayList<>())); // the order of the tables
        for (int repetition = 0; repetition < bench.scale().repetitions(); repetition++) {
            for (var spec : order) {
                if (repetition == 0 || spec.isCompared()) {
                    measure(
                                    spec,
                                    spec.affordable(requests, delayMillis),
                                    bench.scale().warmUp())
                            .ifPresent(outcome -> outcomes.computeIfAbsent(spec, k -> new ArrayList<>())
                                    .add(outcome));
                }
            }
            Collections.reverse(order);
        }
        outcomes.values().removeIf(List::isEmpty);
        outcomes.forEach((spec, all) -> medians.put(
                spec, Measurement.median(all.stream().map(Outcome::measurement).toList())));
        print();
    }

    /** The settings with which the peer is fastest on a tenth of the load. */
    private Spec best(Spec peer) throws InterruptedException {
        var rates = new LinkedHashMap<Spec, Double>();
        int few = Math.max(peer.affordable(requests, delayMillis) / 10, delayMillis > 0 ? peer.threads() : 300);
        for (int pool : peer.threads() > POOLS.get(0) ? POOLS : POOLS.subList(0, 1)) {
            for (var polling : peer.kind().equals("db-scheduler") ? POLLINGS : POLLINGS.subList(0, 1)) {
                var variant = peer.with(Options.of("pool", pool, "polling", polling));
                measure(variant, few, 300)
                        .ifPresent(outcome ->
                                rates.put(variant, outcome.measurement().rate()));
            }
        }
        return rates.entrySet().stream()
                .max(Comparator.comparing(Map.Entry::getValue))
                .map(Map.Entry::getKey)
                .orElse(peer);
    }

    private Optional<Outcome> measure(Spec spec, int count, int warmUp) throws InterruptedException {
        int warm = Math.min(warmUp, spec.kind().equals("jobrunr") ? 500 : spec.threads() == 10 ? 2_000 : warmUp);
        try {
            return Optional.of(new Throughput(bench).run(spec, new Load(count, warm, delayMillis, 1)));
        } catch (Exception e) {
            report.failed(workload + " " + spec.name(), e);
            return Optional.empty();
        }
    }

    private void print() {
        medians.forEach((spec, median) -> {
            var suffix = "." + spec.key();
            report.figure(workload + ".rate" + suffix, median.rate(), "req/s", ratio(median, Measurement::rate));
            report.figure(workload + ".cpu" + suffix, median.cpu(), "ms/request", ratio(median, Measurement::cpu));
            report.figure(workload + ".row-writes" + suffix, median.rowWrites(), "rows/request");
            report.figure(workload + ".commits" + suffix, median.commits(), "commits/request");
            report.figure(workload + ".wal" + suffix, median.walBytes(), "bytes/request");
            report.figure(
                    workload + ".rss" + suffix, median.residentPeak(), "MB", ratio(median, Measurement::residentPeak));
        });
    }

    /** Of Patient HTTP to this one; null if one of them was not measured. */
    private @Nullable Double ratio(Measurement other, ToDoubleFunction<Measurement> value) {
        return medians.entrySet().stream()
                .filter(entry -> entry.getKey().name().equals(Spec.PATIENT.name()))
                .map(entry -> value.applyAsDouble(entry.getValue()) / value.applyAsDouble(other))
                .findFirst()
                .orElse(null);
    }

    /** All contenders, a row each. */
    String table() {
        return Report.table(
                List.of(
                        "contender",
                        "req/s",
                        "CPU ms (JVM + database)",
                        "row writes",
                        "commits",
                        "WAL bytes",
                        "RSS peak MB",
                        "RSS anonymous MB",
                        "settings"),
                medians.entrySet().stream()
                        .map(entry -> row(entry.getKey(), entry.getValue()))
                        .toList());
    }

    private List<String> row(Spec spec, Measurement median) {
        return List.of(
                spec.name(),
                Report.number(median.rate()),
                Report.number(median.cpu()) + " (" + Report.number(median.jvmCpu()) + " + "
                        + Report.number(median.databaseCpu()) + ")",
                Report.number(median.rowWrites()),
                Report.number(median.commits()),
                Report.number(median.walBytes()),
                Report.number(median.residentPeak()),
                Report.number(median.residentAnonymous()),
                settings(spec));
    }

    private String settings(Spec spec) {
        var options = spec.options();
        var some = spec.affordable(requests, delayMillis) + " requests, pool " + options.text("pool");
        return switch (spec.kind()) {
            case "db-scheduler" -> some + ", " + options.text("polling");
            case "patient-http" -> some + ", max-in-flight " + options.text("max-in-flight");
            default -> some;
        };
    }

    /** Bars of rate, CPU and memory. */
    Svg picture(String title) {
        return new Svg(title)
                .bars("requests a second (more is better)", bars(Measurement::rate))
                .bars("CPU ms a request, JVM and database (less is better)", bars(Measurement::cpu))
                .bars("peak resident memory of the JVM, MB (less is better)", bars(Measurement::residentPeak));
    }

    private List<Bar> bars(ToDoubleFunction<Measurement> value) {
        return medians.entrySet().stream()
                .map(entry -> new Bar(
                        entry.getKey().name(),
                        value.applyAsDouble(entry.getValue()),
                        entry.getKey().colour()))
                .toList();
    }

    /** Where the database's time goes with Patient HTTP, in the last run. */
    String statements() {
        return outcomes.entrySet().stream()
                .filter(entry -> entry.getKey().kind().equals("patient-http"))
                .flatMap(entry -> entry.getValue().stream())
                .reduce((earlier, later) -> later)
                .map(outcome -> Report.table(
                        List.of("calls", "ms", "rows", "buffers", "WAL bytes", "statement"), outcome.statements()))
                .orElse("");
    }
}
