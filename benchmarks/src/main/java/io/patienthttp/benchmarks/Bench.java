package io.patienthttp.benchmarks;

import io.patienthttp.benchmarks.contender.ContenderMain;
import io.patienthttp.benchmarks.machine.Child;
import io.patienthttp.benchmarks.machine.Options;
import io.patienthttp.benchmarks.machine.Postgres;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What all workloads share: the database, the slow server, and how contenders are started.
 *
 * @param virtualThreads whether the Java of the contenders has them
 * @param only the contenders to run; all if it is empty
 * @param recordings where to put flight recordings of Patient HTTP; empty for none
 */
record Bench(
        Postgres postgres,
        Child server,
        Child.Launcher launcher,
        boolean virtualThreads,
        String recordings,
        Path directory,
        Set<String> only,
        Scale scale) {

    static final List<String> HEAP = List.of("-Xms32m", "-Xmx1g");

    /** Starts a fresh JVM of the contender on the database. */
    Child contender(Spec spec, String database, List<String> jvmOptions) {
        var name = spec.key() + "-" + database;
        var options = new ArrayList<>(jvmOptions);
        if (!recordings.isEmpty() && spec.kind().equals("patient-http")) {
            options.add("-XX:StartFlightRecording=settings=profile,filename=" + recordings + "/" + name + ".jfr");
        }
        return launcher.start(
                name,
                ContenderMain.class,
                options,
                spec.options().with(Options.of("url", postgres.url(database), "server", serverUrl())));
    }

    String serverUrl() {
        return "http://127.0.0.1:" + server.ask("port").get(0);
    }

    /** What the slow server has seen since it was reset. */
    Seen seen() {
        var numbers = server.ask("counts").stream().map(Integer::parseInt).toList();
        return new Seen(numbers.get(0), numbers.get(1), numbers.get(2), numbers.get(3), numbers.get(4));
    }

    /** Requests that arrived, ids among them, ids that arrived more than once, waiting now, and at most. */
    record Seen(int hits, int ids, int twice, int waiting, int mostWaiting) {}

    /** Whether the contender can run on this Java. */
    boolean runs(Spec spec) {
        return virtualThreads || !spec.needsVirtualThreads();
    }

    /** Whether the contender was asked for. */
    boolean wants(Spec spec) {
        return only.isEmpty() || only.contains(spec.key());
    }
}
