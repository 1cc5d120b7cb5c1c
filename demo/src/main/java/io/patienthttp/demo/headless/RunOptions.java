package io.patienthttp.demo.headless;

import io.patienthttp.Method;
import io.patienthttp.Request;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.springframework.boot.DefaultApplicationArguments;
import org.springframework.boot.convert.DurationStyle;

/**
 * What {@code --run} was told.
 *
 * @param requests how many requests
 * @param delay how long the slow API takes for each
 * @param url where they go instead of the slow API of this process
 */
public record RunOptions(int requests, Duration delay, Optional<String> url) {

    private static final int MOST_REQUESTS = 1_000_000;
    private static final Duration LONGEST_DELAY = Duration.ofMinutes(10);

    /** Whether the command line asks for a run without a page. */
    public static boolean isHeadless(String... args) {
        return Arrays.stream(args).anyMatch(arg -> arg.equals("--run") || arg.startsWith("--run="));
    }

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException if an option is wrong; the message names it
     */
    public static RunOptions parse(String... args) {
        var arguments = new DefaultApplicationArguments(args);
        return new RunOptions(
                requests(option(arguments, "run").orElse("500")),
                delay(option(arguments, "delay").orElse("1s")),
                option(arguments, "url").map(RunOptions::url));
    }

    private static Optional<String> option(DefaultApplicationArguments arguments, String name) {
        var values = arguments.getOptionValues(name);
        return values == null || values.isEmpty() ? Optional.empty() : Optional.of(values.get(values.size() - 1));
    }

    private static int requests(String value) {
        try {
            var requests = Integer.parseInt(value);
            if (requests >= 1 && requests <= MOST_REQUESTS) {
                return requests;
            }
        } catch (NumberFormatException e) {
            // falls through to the message, which says the same as for a number out of bounds
        }
        throw new IllegalArgumentException("--run must be a number from 1 to " + MOST_REQUESTS + ", was " + value);
    }

    private static Duration delay(String value) {
        try {
            var delay = DurationStyle.detectAndParse(value);
            if (!delay.isNegative() && delay.compareTo(LONGEST_DELAY) <= 0) {
                return delay;
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            // falls through to the message, which says the same as for a duration out of bounds
        }
        throw new IllegalArgumentException("--delay must be a duration from 0s to 10m, such as 1s, was " + value);
    }

    private static String url(String value) {
        try {
            return Request.builder(Method.GET, value).build().url().toString();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--" + e.getMessage(), e);
        }
    }
}
