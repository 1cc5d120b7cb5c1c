package io.patienthttp.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Prints figures as they come, and writes tables and pictures at the end. */
public final class Report {

    private final Path directory;
    private final Map<String, Double> values = new LinkedHashMap<>();
    private final List<String> lines = new ArrayList<>();
    private final List<Target> targets = new ArrayList<>();
    private final List<String> sections = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    /** A report that writes into that directory. */
    public Report(Path directory) {
        this.directory = directory;
    }

    /** A figure on its own. */
    public void figure(String name, double value, String unit) {
        figure(name, value, unit, null);
    }

    /** A figure and its ratio to what it is compared with. Prints {@code name value unit ratio}. */
    public void figure(String name, double value, String unit, @Nullable Double ratio) {
        values.put(name, value);
        var line = name + " " + number(value) + " " + unit + " "
                + (ratio == null || ratio.isNaN() ? "-" : number(ratio) + "x");
        lines.add(line);
        System.out.println(line);
    }

    /** A figure that is a ratio of two figures. */
    public void ratio(String name, String figure, String against) {
        if (values.containsKey(figure) && values.containsKey(against)) {
            double ratio = values.get(figure) / values.get(against);
            figure(name, ratio, "x", ratio);
        }
    }

    /** The value of a figure, not a number if there is none. */
    public double value(String figure) {
        return values.getOrDefault(figure, Double.NaN);
    }

    /** Something that is to be reached. */
    public void target(Target target) {
        targets.add(target);
    }

    /** A heading and what comes below it. */
    public void section(String title, String... paragraphs) {
        sections.add("## " + title + "\n\n" + String.join("\n\n", paragraphs) + "\n");
    }

    /** A picture, written at once; returns the Markdown that shows it. */
    public String picture(String name, String title, Svg svg) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(name + ".svg"), svg.render());
        return "![" + title + "](" + name + ".svg)";
    }

    /** Something could not be measured. */
    public void failed(String what, Throwable why) {
        failures.add(what + ": " + why.getMessage());
        System.out.println("FAILED " + what);
        why.printStackTrace(); // figures stay readable: the trace goes to the standard error
    }

    /** Something was left out. */
    public void skipped(String what) {
        failures.add("SKIPPED " + what);
        System.out.println("SKIPPED " + what);
    }

    /** Whether all was measured. */
    public boolean complete() {
        return failures.isEmpty();
    }

    /** A Markdown table; numbers are to the right. */
    public static String table(List<String> header, List<List<String>> rows) {
        var text = new StringBuilder();
        row(text, header);
        row(
                text,
                header.stream()
                        .map(cell -> cell == header.get(0) ? "---" : "---:")
                        .toList());
        rows.forEach(row -> row(text, row));
        return text.toString().stripTrailing();
    }

    private static void row(StringBuilder text, List<String> cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    /** Three significant digits and no exponent; counts as they are. */
    public static String number(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        if (Math.abs(value) >= 100 || value == Math.rint(value)) {
            return String.format(Locale.ROOT, "%,.0f", value).replace(",", "");
        }
        int decimals = Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** Prints what was reached, and writes results.md and figures.txt. */
    public void write(String title, String environment) throws IOException {
        var rows = targets.stream()
                .map(target -> List.of(
                        target.what(),
                        target.bound(target.must()),
                        target.bound(target.aim()),
                        number(value(target.figure())),
                        target.verdict(value(target.figure()))))
                .toList();
        rows.forEach(row -> System.out.println(String.join(" | ", row)));
        Files.createDirectories(directory);
        Files.write(directory.resolve("figures.txt"), lines);
        var parts = new ArrayList<>(List.of("# " + title + "\n", environment + "\n"));
        if (!failures.isEmpty()) {
            parts.add("**Not measured:**\n\n- " + String.join("\n- ", failures) + "\n");
        }
        parts.add("## To reach\n\n" + table(List.of("what", "must", "aim", "measured", "verdict"), rows) + "\n");
        parts.addAll(sections);
        Files.writeString(directory.resolve("results.md"), String.join("\n", parts));
    }
}
