package io.patienthttp.benchmarks;

import io.patienthttp.benchmarks.report.Report;

/** One thing that is compared. */
interface Workload {

    /** W1 to W7. */
    String name();

    void run(Bench bench, Report report) throws Exception;
}
