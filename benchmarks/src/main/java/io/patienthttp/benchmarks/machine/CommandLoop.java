package io.patienthttp.benchmarks.machine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The other end of {@link Child#ask}: runs commands from the standard input, and answers each with one line. */
@FunctionalInterface
public interface CommandLoop {

    /** Runs a command of one or more words; returns what to answer. */
    Object run(List<String> words) throws Exception;

    /** Listens until "quit", or until the parent is gone. Ends the JVM. */
    static void listen(CommandLoop commands, AutoCloseable held) {
        try (held;
                var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (var line = input.readLine(); line != null && !line.equals("quit"); line = input.readLine()) {
                System.out.println("OK " + commands.run(List.of(line.split(" "))));
            }
        } catch (IOException e) {
            System.exit(2); // the parent is gone
        } catch (Exception e) {
            e.printStackTrace(); // to the log that the parent names
            System.exit(1);
        }
        System.out.println("OK");
        System.exit(0);
    }
}
