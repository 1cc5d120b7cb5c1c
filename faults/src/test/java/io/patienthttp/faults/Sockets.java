package io.patienthttp.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The TCP sockets of this machine, as the kernel lists them. */
final class Sockets {

    private Sockets() {}

    /**
     * Whether all that was written to or from the port has been read by the process at the other end.
     *
     * @see <a href="https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html">/proc/net/tcp</a>
     */
    static boolean haveReadAll(int port) throws IOException {
        var suffix = ":%04X".formatted(port);
        try (var v4 = Files.lines(Path.of("/proc/net/tcp"));
                var v6 = Files.lines(Path.of("/proc/net/tcp6"))) {
            return Stream.concat(v4, v6)
                    .map(line -> line.trim().split("\\s+"))
                    .filter(columns -> columns[1].endsWith(suffix) || columns[2].endsWith(suffix))
                    .filter(columns -> !columns[3].equals("0A")) // a listener's queue is its backlog
                    .allMatch(columns -> columns[4].equals("00000000:00000000"));
        }
    }
}
