package io.patienthttp.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The results of all runs of this JVM, one line for each kind of fault, which is what stands before a colon in its name:
 * printed after each class, and in {@code target/faults.md}.
 */
final class FaultTable {

    private static final Map<String, List<Verdict>> verdicts = new LinkedHashMap<>(); // guarded by the class

    private FaultTable() {}

    static synchronized void add(Verdict verdict) {
        System.out.print(row(verdict.fault(), List.of(verdict)));
        if (verdict.lapsed() > 0) {
            System.out.println("the machine was too slow for " + verdict.lapsed() + " processes that nobody struck");
        }
        var kind = verdict.fault().split(":")[0];
        verdicts.computeIfAbsent(kind, fault -> new ArrayList<>()).add(verdict);
        try {
            Files.writeString(Path.of("target", "faults.md"), markdown());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static synchronized String markdown() {
        var table = new StringBuilder("""
                | fault | runs | requests | kills that counted | lost | delivered twice | sent again | recovery p50 | recovery max |
                |---|---|---|---|---|---|---|---|---|
                """);
        verdicts.forEach((fault, runs) -> table.append(row(fault, runs)));
        var all = verdicts.values().stream().flatMap(List::stream).toList();
        return table.append(row("all", all)).toString();
    }

    private static String row(String fault, List<Verdict> runs) {
        var recoveries =
                runs.stream().flatMap(run -> run.recoveries().stream()).sorted().toList();
        return "| %s | %d | %d | %d | %d | %d | %d | %s | %s |%n"
                .formatted(
                        fault,
                        runs.size(),
                        runs.stream().mapToInt(Verdict::requests).sum(),
                        runs.stream().mapToInt(Verdict::kills).sum(),
                        runs.stream().mapToInt(run -> run.lost().size()).sum(),
                        runs.stream().mapToInt(run -> run.twice().size()).sum(),
                        runs.stream().mapToInt(Verdict::sentAgain).sum(),
                        recoveries.isEmpty() ? "-" : seconds(recoveries.get((recoveries.size() - 1) / 2)),
                        recoveries.isEmpty() ? "-" : seconds(recoveries.get(recoveries.size() - 1)));
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }
}
