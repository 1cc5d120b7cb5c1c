package io.patienthttp.benchmarks.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the kernel knows of processes (proc(5)). */
public final class Proc {

    private static final int MILLIS_PER_TICK = 10; // USER_HZ is 100 on Linux

    private Proc() {}

    /** CPU of a process in /proc/pid/stat: its own, and that of children that ended and were waited for. */
    record Stat(long parent, long ownMillis, long endedChildrenMillis) {

        /** Reads the line. The name of the program, in brackets, may hold anything. */
        static Stat parse(String line) {
            var fields = line.substring(line.lastIndexOf(')') + 2).split(" "); // from field 3 on
            return new Stat(
                    Long.parseLong(fields[1]),
                    (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * MILLIS_PER_TICK,
                    (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) * MILLIS_PER_TICK);
        }
    }

    /** CPU milliseconds, user and system, of the process itself. */
    public static long cpuMillis(long pid) {
        return stat(pid).ownMillis();
    }

    /**
     * CPU milliseconds of a process and all children that it ever had. A child that ends moves into the parent's
     * counter when the parent waits for it, so the sum only grows.
     */
    public static long cpuMillisWithChildren(long pid) {
        var own = stat(pid);
        long children = ProcessHandle.of(pid).stream()
                .flatMap(ProcessHandle::children)
                .mapToLong(child -> stat(child.pid()).ownMillis())
                .sum();
        return own.ownMillis() + own.endedChildrenMillis() + children;
    }

    private static Stat stat(long pid) {
        var file = Path.of("/proc", Long.toString(pid), "stat");
        try {
            return Stat.parse(Files.readString(file));
        } catch (IOException e) {
            if (Files.notExists(file)) { // it has ended: before it was opened, or between that and the read (ESRCH)
                return new Stat(0, 0, 0);
            }
            throw new UncheckedIOException(e);
        }
    }

    /** A size in MB from /proc/pid/status: VmHWM (the highest resident size) or RssAnon (heap and stacks, now). */
    public static double megabytes(long pid, String field) {
        try {
            return megabytes(Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")), field);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static double megabytes(List<String> status, String field) {
        return status.stream()
                        .filter(line -> line.startsWith(field + ":"))
                        .map(line -> line.replaceAll("[^0-9]", ""))
                        .mapToLong(Long::parseLong)
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("no " + field + " in /proc/pid/status"))
                / 1024.0;
    }
}
