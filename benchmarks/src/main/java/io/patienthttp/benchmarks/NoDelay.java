package io.patienthttp.benchmarks;

import io.patienthttp.benchmarks.report.Report;
import io.patienthttp.benchmarks.report.Target;
import java.util.ArrayList;
import java.util.List;

/** W2: requests that are answered at once: what everything around the request costs. */
final class NoDelay implements Workload {

    @Override
    public String name() {
        return "W2";
    }

    @Override
    public void run(Bench bench, Report report) throws Exception {
        int requests = bench.scale().noDelay();
        var contenders = new ArrayList<>(List.of(Spec.PATIENT, Spec.PATIENT_TRANSACTIONAL));
        contenders.addAll(bench.scale().peers());
        contenders.addAll(List.of(Spec.BY_HAND, Spec.BY_HAND_WITH_RESULTS, Spec.BARE_CLIENT));
        var race = new Race(bench, report, name(), requests, 0);
        race.run(contenders);

        report.ratio("W2.rate/db-scheduler-100", "W2.rate.patient-http", "W2.rate." + Spec.DB_SCHEDULER_100.key());
        report.ratio("W2.rate/by-hand", "W2.rate.patient-http", "W2.rate." + Spec.BY_HAND.key());
        report.ratio(
                "W2.rate/by-hand-with-results", "W2.rate.patient-http", "W2.rate." + Spec.BY_HAND_WITH_RESULTS.key());
        // The callback's own commit of its result is the application's, not ours.
        report.figure("W2.own-commits", report.value("W2.commits.patient-http") - 1, "commits/request");
        report.target(Target.atLeast(
                "W2 requests/s against db-scheduler with 100 threads, callback included, x",
                "W2.rate/db-scheduler-100",
                0.9,
                1.5));
        report.target(Target.atLeast("W2 requests/s against the limit by hand, x", "W2.rate/by-hand", 0.5, 0.7));
        report.target(Target.atMost(
                "W2 CPU a request, JVM + database, enqueue to removal, ms", "W2.cpu.patient-http", 1.2, 0.8));
        report.target(
                Target.atMost("row writes a request, callback job included", "W2.row-writes.patient-http", 7.1, 5.0));
        report.target(Target.atMost(
                "commits a request, non-transactional callbacks, without the callback's own",
                "W2.own-commits",
                0.1,
                0.05));
        report.target(Target.atMost(
                "commits a request, transactional callbacks",
                "W2.commits." + Spec.PATIENT_TRANSACTIONAL.key(),
                1.1,
                1.05));
        var title = "W2: " + requests + " requests of zero delay, 4 KB each way";
        report.section(
                title,
                report.picture("w2", title, race.picture(title)),
                race.table(),
                "Where the database's time goes with patient-http, without the first window, by pg_stat_statements:",
                race.statements());
    }
}
