package io.patienthttp.benchmarks.report;

import org.jspecify.annotations.Nullable;

/**
 * What is to be reached.
 *
 * @param what in words
 * @param figure the figure that decides
 * @param atLeast whether more is better
 * @param must the bound
 * @param aim the better bound; null where there is none
 */
public record Target(
        String what,
        String figure,
        boolean atLeast,
        double must,
        @Nullable Double aim) {

    /** More is better. */
    public static Target atLeast(String what, String figure, double must, @Nullable Double aim) {
        return new Target(what, figure, true, must, aim);
    }

    /** Less is better. */
    public static Target atMost(String what, String figure, double must, @Nullable Double aim) {
        return new Target(what, figure, false, must, aim);
    }

    /** In a word. */
    public String verdict(double measured) {
        if (!reaches(measured, must)) {
            return "**missed**";
        }
        return aim != null && reaches(measured, aim) ? "aim reached" : "reached";
    }

    private boolean reaches(double measured, double bound) {
        return atLeast ? measured >= bound : measured <= bound;
    }

    /** The bound with its direction. */
    public String bound(@Nullable Double bound) {
        return bound == null ? "" : (atLeast ? "≥ " : "≤ ") + Report.number(bound);
    }
}
