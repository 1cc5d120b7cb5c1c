package io.patienthttp.benchmarks.machine;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The other end of {@link Child#ask}: runs commands from the standard input, and answers each with one line. */
@FunctionalInterface
public interface CommandLoop {

    /** Runs a command of one or more words; returns what to answer. */
    Object run(List<String> words) throws Exception;

    /** Listens until "quit", and then closes what is held; stops at once if the parent is gone. Ends the JVM. */
    static void listen(CommandLoop commands, AutoCloseable held) {
        try (var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (var line = input.readLine(); !"quit".equals(line); line = input.readLine()) {
                if (line == null) {
                    Runtime.getRuntime().halt(2); // nobody is left who would wait for an end in order
                }
                System.out.println("OK " + commands.run(List.of(line.split(" "))));
            }
            held.close();
            System.out.println("OK");
            Runtime.getRuntime().exit(0);
        } catch (Throwable e) {
            e.printStackTrace(); // to the log that the parent names
            Runtime.getRuntime().halt(1);
        }
    }
}
