package io.patienthttp.benchmarks.machine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A JVM of its own that answers commands: one line in, one line out. What it logs goes to a file. */
public final class Child implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Process process;
    private final String name;
    private final Path log;
    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private Child(Process process, String name, Path log) {
        this.process = process;
        this.name = name;
        this.log = log;
        var reader = new Thread(this::read, "output of " + name);
        reader.setDaemon(true);
        reader.start();
    }

    /** Which Java runs children, and where they log. */
    public record Launcher(Path java, Path logs) {

        /** Starts the main class, with the class path of this JVM. */
        public Child start(String name, Class<?> main, List<String> jvmOptions, Options options) {
            var log = logs.resolve(name + ".log");
            var command = new ArrayList<String>();
            command.add(java.toString());
            command.add("-XX:+ExitOnOutOfMemoryError"); // a run without memory has failed, and must not linger
            command.addAll(jvmOptions);
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
            command.addAll(options.arguments());
            try {
                Files.createDirectories(logs);
                return new Child(
                        new ProcessBuilder(command)
                                .redirectError(ProcessBuilder.Redirect.to(log.toFile()))
                                .start(),
                        name,
                        log);
            } catch (IOException e) {
                throw new IllegalStateException("could not start " + name + " with " + java, e);
            }
        }
    }

    private void read() {
        try (var output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            // It ended; ask says so.
        }
    }

    /** Says the command and waits for the line that answers it; returns its words without the first, "OK". */
    public List<String> ask(String command) {
        try {
            var input = process.getOutputStream();
            input.write((command + "\n").getBytes(StandardCharsets.UTF_8));
            input.flush();
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (System.nanoTime() < deadline) {
                var line = lines.poll(200, TimeUnit.MILLISECONDS);
                if (line != null && line.startsWith("OK")) {
                    var words = List.of(line.split(" "));
                    return words.subList(1, words.size());
                }
                if (line == null && !process.isAlive()) {
                    break;
                }
            }
        } catch (IOException e) {
            // It ended.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new IllegalStateException(name + " did not answer \"" + command + "\""
                + (process.isAlive() ? "" : ", it ended") + "; see " + log.getFileName());
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Lets it end what it holds, and waits for that. */
    public void quit() {
        ask("quit");
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException(name + " does not end; see " + log);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
