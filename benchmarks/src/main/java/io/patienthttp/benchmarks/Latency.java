package io.patienthttp.benchmarks;

import io.patienthttp.benchmarks.machine.Child;
import io.patienthttp.benchmarks.machine.Options;
import io.patienthttp.benchmarks.report.Report;
import io.patienthttp.benchmarks.report.Statistics;
import io.patienthttp.benchmarks.report.Svg;
import io.patienthttp.benchmarks.report.Svg.Bar;
import io.patienthttp.benchmarks.report.Svg.Colour;
import io.patienthttp.benchmarks.report.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** W4: how long an idle system takes from the commit to the server, and from the answer to the callback. */
final class Latency implements Workload {

    private static final int PER_SECOND = 50;
    private static final int DELAY_MILLIS = 100;

    /** Poll interval 200 ms, and 50 ms. */
    private static final double OTHER_PROCESS_MILLIS = 250;

    @Override
    public String name() {
        return "W4";
    }

    /** Where the worker is: one process stores and sends, or two, of which the second one finds out by its polls. */
    private enum Place {
        SAME("same process", Spec.PATIENT),
        OTHER("other process", Spec.PATIENT),
        SLOW_POLLS("other process, 1 s polls", Spec.PATIENT.with(Options.of("poll-millis", 1_000)));

        private final String words;
        private final Spec spec;

        Place(String words, Spec spec) {
            this.words = words;
            this.spec = spec;
        }

        private String key() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** What is timed. */
    private enum Span {
        BASELINE("commit and exchange"),
        COMMIT_TO_SERVER("commit to server"),
        ANSWER_TO_CALLBACK("answer to callback");

        private final String words;

        Span(String words) {
            this.words = words;
        }

        private String key() {
            return words.replace(' ', '-');
        }
    }

    /** All times of one run, in milliseconds. */
    private record Run(List<Double> baseline, List<Double> commitToServer, List<Double> answerToCallback) {

        private List<Double> of(Span span) {
            return switch (span) {
                case BASELINE -> baseline;
                case COMMIT_TO_SERVER -> commitToServer;
                case ANSWER_TO_CALLBACK -> answerToCallback;
            };
        }
    }

    @Override
    public void run(Bench bench, Report report) throws Exception {
        var all = new EnumMap<Place, List<Run>>(Place.class);
        for (var place : Place.values()) {
            all.put(place, List.of(measure(bench, place)));
        }
        var rows = new ArrayList<List<String>>();
        var p50 = new ArrayList<Bar>();
        var p99 = new ArrayList<Bar>();
        all.forEach((place, runs) -> {
            for (var span : Span.values()) {
                var label = place.words + ": " + span.words;
                double half = percentile(runs, span, 0.5);
                double most = percentile(runs, span, 0.99);
                var key = "W4." + place.key() + "." + span.key();
                report.figure(key + ".p50", half, "ms", half / percentile(runs, Span.BASELINE, 0.5));
                report.figure(key + ".p99", most, "ms", most / percentile(runs, Span.BASELINE, 0.99));
                rows.add(List.of(label, Report.number(half), Report.number(most)));
                var colour = span == Span.BASELINE ? Colour.LIMIT : Colour.OURS;
                p50.add(new Bar(label.replace(" process", ""), half, colour));
                p99.add(new Bar(label.replace(" process", ""), most, colour));
            }
        });
        var baseline = "W4.same." + Span.BASELINE.key();
        report.ratio("W4.ratio.p50", "W4.same.commit-to-server.p50", baseline + ".p50");
        report.ratio("W4.ratio.p99", "W4.same.commit-to-server.p99", baseline + ".p99");
        var against = " against one commit and one bare exchange, x";
        report.target(Target.atMost("W4 commit to server, same process, p50" + against, "W4.ratio.p50", 3, 1.5));
        report.target(Target.atMost("W4 commit to server, same process, p99" + against, "W4.ratio.p99", 10, 5.0));
        report.target(Target.atMost(
                "W4 commit to server, other process, polls of 200 ms, p99, ms",
                "W4.other.commit-to-server.p99",
                OTHER_PROCESS_MILLIS,
                null));
        report.target(Target.aimAtMost(
                "W4 commit to server, other process, polls of 1 s, p99, ms",
                "W4.slow-polls.commit-to-server.p99",
                OTHER_PROCESS_MILLIS));
        var title =
                "W4: " + PER_SECOND + " requests a second for " + bench.scale().latencySeconds() + " s";
        report.section(
                title,
                report.picture("w4", title, new Svg(title).bars("p50, ms", p50).bars("p99, ms", p99)),
                Report.table(List.of("from - to", "p50 ms", "p99 ms"), rows));
    }

    /** The median over the runs. */
    private static double percentile(List<Run> runs, Span span, double share) {
        return Statistics.median(runs.stream()
                .map(run -> Statistics.percentile(run.of(span), share))
                .toList());
    }

    private static Run measure(Bench bench, Place place) throws IOException, InterruptedException {
        var database = bench.postgres().createDatabase();
        try (var client = bench.contender(place.spec, database, Bench.HEAP)) {
            client.ask("create");
            if (place == Place.SAME) {
                return measure(bench, client, client);
            }
            try (var worker = bench.contender(place.spec, database, Bench.HEAP)) {
                return measure(bench, client, worker);
            }
        } finally {
            bench.postgres().dropDatabase(database);
        }
    }

    private static Run measure(Bench bench, Child client, Child worker) throws IOException, InterruptedException {
        int warmUp = bench.scale().warmUp();
        worker.ask("start");
        client.ask("store " + warmUp + " 0");
        client.ask("commit");
        Throughput.awaitResults(List.of(worker), warmUp);
        bench.server().ask("reset");
        int requests = PER_SECOND * bench.scale().latencySeconds();
        client.ask("trickle " + DELAY_MILLIS + " " + PER_SECOND + " "
                + bench.scale().latencySeconds());
        Throughput.awaitResults(List.of(worker), warmUp + requests);

        var times = new Times();
        for (var process : new LinkedHashSet<>(List.of(bench.server(), client, worker))) {
            var file =
                    process.ask("times " + bench.directory().resolve("times")).get(0);
            times.read(Path.of(file));
        }
        worker.quit();
        var run = new Run(
                times.of("baseline").values().stream().map(nanos -> nanos / 1e6).toList(),
                times.between("committed", "arrived"),
                times.between("answered", "begun"));
        if (run.commitToServer().size() != requests || run.answerToCallback().size() < requests) {
            throw new IllegalStateException(requests + " requests were stored, "
                    + run.commitToServer().size() + " arrived, "
                    + run.answerToCallback().size() + " have callbacks");
        }
        return run;
    }

    /** What processes wrote: kind, id, nanoseconds. */
    private static final class Times {

        private final Map<String, Map<String, Long>> all = new HashMap<>();

        void read(Path file) throws IOException {
            for (var line : Files.readAllLines(file)) {
                var words = line.split(" ");
                all.computeIfAbsent(words[0], k -> new HashMap<>()).put(words[1], Long.parseLong(words[2]));
            }
        }

        Map<String, Long> of(String kind) {
            return all.getOrDefault(kind, Map.of());
        }

        /** Milliseconds from one to the other, for all ids that have both. */
        List<Double> between(String from, String to) {
            var millis = new ArrayList<Double>();
            of(from).forEach((id, begin) -> {
                var end = of(to).get(id);
                if (end != null) {
                    millis.add((end - begin) / 1e6);
                }
            });
            return millis;
        }
    }
}
