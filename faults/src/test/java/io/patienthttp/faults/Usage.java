package io.patienthttp.faults;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a worker uses, as it says itself.
 *
 * @param heap bytes, after a collection
 * @param threads the names of its Java threads, sorted
 * @param sockets open file descriptors that are sockets
 * @param connections of its pool that are taken
 */
record Usage(long heap, List<String> threads, int sockets, int connections) {

    private static final String NAME = "USAGE";

    /** Of this process. */
    static Usage measure(HikariDataSource pool) throws IOException {
        System.gc();
        int sockets = 0;
        try (var files = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (var file : files) {
                sockets += isSocket(file) ? 1 : 0;
            }
        }
        return new Usage(
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                threadNames(),
                sockets,
                pool.getHikariPoolMXBean().getActiveConnections());
    }

    private static List<String> threadNames() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(thread -> thread.getName().replaceAll("[ ,]", "_"))
                .sorted()
                .toList();
    }

    private static boolean isSocket(Path file) {
        try {
            return Files.readSymbolicLink(file).toString().startsWith("socket:");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    /** As a line of output. */
    String line() {
        return NAME + " " + heap + " " + String.join(",", threads) + " " + sockets + " " + connections;
    }

    @Override
    public String toString() {
        return "heap %,d bytes, %d threads, %d sockets, %d connections"
                .formatted(heap, threads.size(), sockets, connections);
    }

    static boolean isLine(String line) {
        return line.startsWith(NAME);
    }

    static Usage parse(String line) {
        var words = line.split(" ");
        return new Usage(
                Long.parseLong(words[1]),
                List.of(words[2].split(",")),
                Integer.parseInt(words[3]),
                Integer.parseInt(words[4]));
    }
}
