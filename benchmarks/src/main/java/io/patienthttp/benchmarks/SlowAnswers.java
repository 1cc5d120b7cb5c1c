package io.patienthttp.benchmarks;

import io.patienthttp.benchmarks.machine.Options;
import io.patienthttp.benchmarks.report.Report;
import io.patienthttp.benchmarks.report.Target;
import java.util.ArrayList;
import java.util.List;

/** W1: requests that are answered after one second, 4 KB each way. */
final class SlowAnswers implements Workload {

    @Override
    public String name() {
        return "W1";
    }

    @Override
    public void run(Bench bench, Report report) throws Exception {
        int requests = bench.scale().slowAnswers();
        var allAtOnce = Options.of("max-in-flight", requests);
        var contenders = new ArrayList<>(List.of(Spec.PATIENT.with(allAtOnce)));
        if (bench.scale().sweeps()) {
            contenders.add(Spec.PATIENT_TRANSACTIONAL.with(allAtOnce));
        }
        contenders.addAll(bench.scale().peers());
        var race = new Race(bench, report, name(), requests, 1_000);
        race.run(contenders);

        report.ratio("W1.rate/db-scheduler-100", "W1.rate.patient-http", "W1.rate." + Spec.DB_SCHEDULER_100.key());
        report.ratio("W1.rate/virtual", "W1.rate.patient-http", "W1.rate." + Spec.DB_SCHEDULER_VIRTUAL.key());
        report.ratio("W1.rss/virtual", "W1.rss.patient-http", "W1.rss." + Spec.DB_SCHEDULER_VIRTUAL.key());
        report.target(Target.atLeast(
                "W1 requests/s against db-scheduler with 100 threads, x", "W1.rate/db-scheduler-100", 8, 15.0));
        report.target(Target.atLeast(
                "W1 requests/s against db-scheduler with 2,000 virtual threads, x", "W1.rate/virtual", 1.2, 2.0));
        report.target(Target.atMost(
                "W1 peak RSS against db-scheduler with 2,000 virtual threads, x", "W1.rss/virtual", 0.5, null));
        var title = "W1: " + requests + " requests of 1 s, 4 KB each way";
        report.section(title, report.picture("w1", title, race.picture(title)), race.table());
    }
}
