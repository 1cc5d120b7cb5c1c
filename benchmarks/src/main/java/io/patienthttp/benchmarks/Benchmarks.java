package io.patienthttp.benchmarks;

import io.patienthttp.benchmarks.machine.Child;
import io.patienthttp.benchmarks.machine.Environment;
import io.patienthttp.benchmarks.machine.Options;
import io.patienthttp.benchmarks.machine.Postgres;
import io.patienthttp.benchmarks.report.Report;
import io.patienthttp.benchmarks.report.Target;
import io.patienthttp.benchmarks.server.SlowServer;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Runs the workloads and writes what came out. */
@Command(
        name = "patient-http-benchmarks",
        mixinStandardHelpOptions = true,
        description = "Compares Patient HTTP with job engines that wait for the answer, and with the least that is"
                + " possible. Prints a line for each figure, name value unit ratio, and writes tables and pictures.")
public final class Benchmarks implements Callable<Integer> {

    private static final List<Workload> WORKLOADS = List.of(
            new SlowAnswers(),
            new NoDelay(),
            new ManyInFlight(),
            new Latency(),
            new Idle(),
            new MoreWorkers(),
            new LargeTable());

    @Option(names = "--quick", description = "one repetition of less, in under 5 minutes, for a look")
    private boolean quick;

    @Option(names = "--only", split = ",", description = "run only these workloads: W1,W4")
    private Set<String> only = new LinkedHashSet<>();

    @Option(
            names = "--contenders",
            split = ",",
            description = "in W1 and W2 only these, and the settings of peers as they are: patient-http,by-hand")
    private Set<String> contenders = new LinkedHashSet<>();

    @Option(
            names = "--results",
            description = "where to write; default: benchmarks/results, with --quick benchmarks/target/quick")
    private @Nullable Path results;

    @Option(names = "--java", description = "the Java of the contenders; default: the newest in /usr/lib/jvm")
    private @Nullable Path java;

    @Option(names = "--jfr", description = "record the JVMs of Patient HTTP into this directory")
    private @Nullable Path recordings;

    private Benchmarks() {}

    /** Ends with 0 if all was measured, whether or not targets were reached. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Benchmarks()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        var names = WORKLOADS.stream().map(Workload::name).collect(Collectors.toList());
        for (var name : only) {
            if (!names.contains(name)) {
                throw new ParameterException(
                        new CommandLine(this), "--only must be some of " + String.join(",", names) + ", was " + name);
            }
        }
        var contenderJava = java == null ? Environment.newestJava() : java;
        if (!Files.isExecutable(contenderJava)) {
            throw new ParameterException(
                    new CommandLine(this), "--java must be a java that can be executed, was " + contenderJava);
        }
        if (recordings != null) {
            Files.createDirectories(recordings);
        }
        var target = target();
        var report = new Report(
                results != null ? results : quick ? target.resolve("quick") : target.resolveSibling("results"));
        var data = Files.createTempDirectory(Files.createDirectories(target.resolve("run")), "data");
        long start = System.nanoTime();
        try (var postgres = Postgres.embedded(data);
                var server = launcher(contenderJava, target)
                        .start("server", SlowServer.class, List.of("-Xmx512m"), Options.of())) {
            var bench = new Bench(
                    postgres,
                    server,
                    launcher(contenderJava, target),
                    Environment.hasVirtualThreads(contenderJava),
                    recordings == null ? "" : recordings.toAbsolutePath().toString(),
                    data,
                    contenders,
                    quick ? Scale.QUICK : Scale.FULL);
            for (var workload : WORKLOADS) {
                if (only.isEmpty() || only.contains(workload.name())) {
                    run(workload, bench, report);
                }
            }
            if (only.isEmpty()) {
                report.figure("minutes", (System.nanoTime() - start) / 60e9, "min");
                report.target(
                        quick
                                ? Target.atMost("the quick run, minutes", "minutes", 5, null)
                                : Target.atMost("the whole run, minutes", "minutes", 60, 40.0));
            }
            report.write(
                    "Benchmarks" + (quick ? ", quick: not for comparisons" : ""),
                    Environment.describe(contenderJava, postgres));
        } finally {
            delete(data);
        }
        return report.complete() ? 0 : 1;
    }

    private static void run(Workload workload, Bench bench, Report report) {
        long start = System.nanoTime();
        System.out.println("# " + workload.name());
        try {
            workload.run(bench, report);
        } catch (Exception e) {
            report.failed(workload.name(), e);
        }
        System.out.println("# " + workload.name() + " took "
                + Duration.ofNanos(System.nanoTime() - start).toSeconds() + " s");
    }

    private static Child.Launcher launcher(Path java, Path target) {
        return new Child.Launcher(java, target.resolve("logs"));
    }

    /** Where the jar, or the classes, of this program are: the module's directory for what is built. */
    private static Path target() throws URISyntaxException {
        var program = Benchmarks.class.getProtectionDomain().getCodeSource().getLocation();
        return Objects.requireNonNull(Path.of(program.toURI()).getParent());
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }
}
