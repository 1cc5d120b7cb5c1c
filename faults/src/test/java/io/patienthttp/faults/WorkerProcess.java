package io.patienthttp.faults;

import io.patienthttp.fixture.JavaProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A {@link Worker} in a JVM of its own, as its parent sees it. */
final class WorkerProcess implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(180);

    private final JavaProcess process;
    private final String name;
    private volatile boolean begun;

    private WorkerProcess(JavaProcess process, String name) {
        this.process = process;
        this.name = name;
    }

    /** Starts the JVM, not yet the processor. */
    static WorkerProcess launch(String url, String name, Map<String, String> environment, String... options) {
        var arguments = new ArrayList<>(List.of("url=" + url, "name=" + name));
        arguments.addAll(List.of(options));
        var heap = Stream.of(options)
                .filter(option -> option.startsWith("heap="))
                .map(option -> option.substring("heap=".length()))
                .findFirst()
                .orElse("192m");
        return new WorkerProcess(
                JavaProcess.start(
                        Path.of("target"),
                        Worker.class.getName(),
                        List.of("-Xmx" + heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                        arguments,
                        environment),
                name);
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Whether its processor was started, and the JVM lives. */
    boolean isRunning() {
        return begun && process.isAlive();
    }

    /** Starts the processor, without waiting for it. */
    WorkerProcess begin() {
        begun = true;
        process.say("start");
        return this;
    }

    /** Waits until it has looked at the database, without which it does not come up. */
    void awaitBuilt() throws InterruptedException {
        await("BUILT"::equals);
    }

    /** Starts the processor, and waits until it claims. */
    WorkerProcess start() throws InterruptedException {
        return begin().awaitReady();
    }

    WorkerProcess awaitReady() throws InterruptedException {
        process.awaitLine("READY"::equals, START);
        return this;
    }

    void say(String line) {
        process.say(line);
    }

    String await(Predicate<String> line) throws InterruptedException {
        return process.awaitLine(line, START);
    }

    /** What it uses now. */
    Usage usage() throws InterruptedException {
        int before = usages().size();
        say("usage");
        process.awaitLine(line -> usages().size() > before, START);
        return Usage.parse(usages().get(before));
    }

    private List<String> usages() {
        return lines().stream().filter(Usage::isLine).toList();
    }

    void awaitAt(Point point) throws InterruptedException {
        process.awaitLine(("AT " + point)::equals, START);
    }

    List<String> lines() {
        return process.lines();
    }

    void kill() throws InterruptedException {
        process.kill();
    }

    void terminate() {
        process.terminate();
    }

    int awaitExit(Duration timeout) throws InterruptedException {
        return process.awaitExit(timeout);
    }

    /** SIGSTOP: it stands still, with all that it holds. */
    void freeze() throws InterruptedException {
        signal("STOP");
    }

    /** SIGCONT. */
    void thaw() throws InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws InterruptedException {
        try {
            int exit = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IllegalStateException("kill -" + name + " " + pid() + ": exit " + exit);
            }
        } catch (IOException e) {
            throw new IllegalStateException("could not run kill", e);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
