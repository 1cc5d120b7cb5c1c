package io.patienthttp.benchmarks;

import io.patienthttp.benchmarks.machine.Child;
import io.patienthttp.benchmarks.machine.Options;
import io.patienthttp.benchmarks.machine.Proc;
import io.patienthttp.benchmarks.report.Report;
import io.patienthttp.benchmarks.report.Statistics;
import io.patienthttp.benchmarks.report.Svg;
import io.patienthttp.benchmarks.report.Svg.Point;
import io.patienthttp.benchmarks.report.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** W3: all requests in flight at once, in a small heap. */
final class ManyInFlight implements Workload {

    private static final List<String> HEAP = List.of("-Xmx256m");

    @Override
    public String name() {
        return "W3";
    }

    /** One run. */
    private record Flight(
            int most, int failed, double allAfterSeconds, int threads, double heap, double peak, List<Point> waiting) {}

    @Override
    public void run(Bench bench, Report report) throws Exception {
        var flights = List.of(fly(bench));
        int requests = bench.scale().manyInFlight();
        report.figure("W3.in-flight", median(flights, Flight::most), "requests");
        report.figure("W3.failures", median(flights, Flight::failed), "requests");
        report.figure("W3.seconds-to-all", median(flights, Flight::allAfterSeconds), "s");
        report.figure("W3.threads", median(flights, Flight::threads), "threads");
        report.figure("W3.heap", median(flights, Flight::heap), "MB");
        report.figure("W3.rss", median(flights, Flight::peak), "MB");
        report.target(Target.atLeast("W3 in flight at once, by the server's count", "W3.in-flight", requests, null));
        report.target(Target.atMost("W3 failures", "W3.failures", 0, null));
        report.target(Target.atMost("W3 Java threads", "W3.threads", 59, null));
        report.target(Target.atMost("W3 heap after a collection, all in flight, MB", "W3.heap", 160, 120.0));
        var title = "W3: " + requests + " requests of " + bench.scale().manyInFlightSeconds() + " s at once, -Xmx256m";
        var picture = new Svg(title)
                .line(
                        "requests that wait at the server",
                        "s",
                        flights.get(flights.size() - 1).waiting());
        report.section(
                title,
                report.picture("w3", title, picture),
                Report.table(
                        List.of("run", "most in flight", "failed", "all after s", "threads", "heap MB", "RSS peak MB"),
                        flights.stream()
                                .map(flight -> List.of(
                                        Integer.toString(flights.indexOf(flight) + 1),
                                        Integer.toString(flight.most()),
                                        Integer.toString(flight.failed()),
                                        Report.number(flight.allAfterSeconds()),
                                        Integer.toString(flight.threads()),
                                        Report.number(flight.heap()),
                                        Report.number(flight.peak())))
                                .toList()));
    }

    private static double median(List<Flight> flights, ToDoubleFunction<Flight> value) {
        return Statistics.median(
                flights.stream().map(flight -> value.applyAsDouble(flight)).toList());
    }

    private static Flight fly(Bench bench) throws InterruptedException {
        int requests = bench.scale().manyInFlight();
        int delayMillis = bench.scale().manyInFlightSeconds() * 1_000;
        var database = bench.postgres().createDatabase();
        bench.server().ask("reset");
        try (var worker = bench.contender(Spec.PATIENT.with(Options.of("max-in-flight", requests)), database, HEAP)) {
            worker.ask("create");
            worker.ask("start");
            worker.ask("store " + requests + " " + delayMillis);
            long start = Long.parseLong(worker.ask("commit").get(0));
            var waiting = new ArrayList<Point>();
            double allAfter = awaitAllInFlight(bench, worker, requests, start, waiting);
            var heap = worker.ask("heap");
            while (bench.seen().waiting() > 0) {
                sample(bench, start, waiting);
            }
            sample(bench, start, waiting);
            int failed = awaitOutcomes(worker, requests);
            int most = bench.seen().mostWaiting();
            double peak = Proc.megabytes(worker.pid(), "VmHWM");
            worker.quit();
            return new Flight(
                    most,
                    failed,
                    allAfter,
                    Integer.parseInt(heap.get(1)),
                    Double.parseDouble(heap.get(0)),
                    peak,
                    waiting);
        } finally {
            bench.postgres().dropDatabase(database);
        }
    }

    /** Samples until all are in flight, or the first is answered. */
    private static double awaitAllInFlight(Bench bench, Child worker, int requests, long start, List<Point> waiting)
            throws InterruptedException {
        while (true) {
            var seen = sample(bench, start, waiting);
            if (seen.waiting() >= requests || seen.waiting() < seen.mostWaiting()) {
                return waiting.get(waiting.size() - 1).x();
            }
            if (Integer.parseInt(worker.ask("count").get(1)) > 0) {
                return Double.NaN;
            }
        }
    }

    private static Bench.Seen sample(Bench bench, long start, List<Point> waiting) throws InterruptedException {
        Thread.sleep(200);
        var seen = bench.seen();
        waiting.add(new Point((System.nanoTime() - start) / 1e9, seen.waiting()));
        return seen;
    }

    /** Waits for an outcome of each; returns how many failed. */
    private static int awaitOutcomes(Child worker, int requests) throws InterruptedException {
        long deadline = System.nanoTime() + 120_000_000_000L;
        while (true) {
            var counts = worker.ask("count");
            int failed = Integer.parseInt(counts.get(1));
            int missing = requests - Integer.parseInt(counts.get(0)) - failed;
            if (missing <= 0 || System.nanoTime() - deadline > 0) {
                return failed + Math.max(0, missing);
            }
            Thread.sleep(200);
        }
    }
}
