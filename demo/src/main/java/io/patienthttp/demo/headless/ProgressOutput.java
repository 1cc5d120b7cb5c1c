package io.patienthttp.demo.headless;

import io.patienthttp.demo.deliveries.Batch.Progress;
import java.io.PrintStream;
import java.time.Duration;

/** Shows progress: a bar that is redrawn on a terminal, else a line each second. Not safe for several threads. */
final class ProgressOutput {

    private static final int WIDTH = 40;
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(1);

    private final PrintStream out;
    private final boolean terminal;
    private long nextLine = System.nanoTime() + BETWEEN_LINES.toNanos();

    private ProgressOutput(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    static ProgressOutput of(PrintStream out, boolean terminal) {
        return new ProgressOutput(out, terminal);
    }

    void show(Progress progress) {
        if (terminal) {
            out.print("\r" + bar(progress));
            out.flush();
        } else if (System.nanoTime() >= nextLine) {
            out.println(count(progress));
            nextLine += BETWEEN_LINES.toNanos();
        }
    }

    void end() {
        if (terminal) {
            out.println();
        }
    }

    private static String bar(Progress progress) {
        var done = (int) ((long) WIDTH * progress.delivered() / progress.requests());
        return "[" + "#".repeat(done) + ".".repeat(WIDTH - done) + "] " + count(progress);
    }

    private static String count(Progress progress) {
        return progress.delivered() + " of " + progress.requests() + " delivered";
    }
}
