package io.patienthttp.benchmarks;

import io.patienthttp.benchmarks.report.Statistics;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What one run cost. All but the rate and the memory is a request, from before it is stored until nothing of it is left.
 *
 * @param rate requests a second, from the commit of the backlog to the last result
 * @param jvmCpu milliseconds in all worker JVMs
 * @param databaseCpu milliseconds in all processes of PostgreSQL
 * @param rowWrites rows inserted, updated and deleted, without the result's own row
 * @param commits all commits in the database, with the result's own where it has one
 * @param walBytes bytes of write-ahead log
 * @param residentPeak MB, the most that the JVM had (VmHWM), of all workers together
 * @param residentAnonymous MB of heap, stacks and other memory of its own at the end (RssAnon), of all workers
 */
record Measurement(
        double rate,
        double jvmCpu,
        double databaseCpu,
        double rowWrites,
        double commits,
        double walBytes,
        double residentPeak,
        double residentAnonymous) {

    double cpu() {
        return jvmCpu + databaseCpu;
    }

    /** The median of each. */
    static Measurement median(List<Measurement> all) {
        return new Measurement(
                median(all, Measurement::rate),
                median(all, Measurement::jvmCpu),
                median(all, Measurement::databaseCpu),
                median(all, Measurement::rowWrites),
                median(all, Measurement::commits),
                median(all, Measurement::walBytes),
                median(all, Measurement::residentPeak),
                median(all, Measurement::residentAnonymous));
    }

    private static double median(List<Measurement> all, ToDoubleFunction<Measurement> value) {
        return Statistics.median(
                all.stream().map(one -> value.applyAsDouble(one)).toList());
    }
}
