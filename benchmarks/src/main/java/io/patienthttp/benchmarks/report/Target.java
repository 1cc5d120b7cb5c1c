package io.patienthttp.benchmarks.report;

import org.jspecify.annotations.Nullable;

/**
 * What is to be reached.
 *
 * @param what in words
 * @param figure the figure that decides
 * @param atLeast whether more is better
 * @param must the bound; null where there is an aim only
 * @param aim the better bound; null where there is none
 */
public record Target(
        String what,
        String figure,
        boolean atLeast,
        @Nullable Double must,
        @Nullable Double aim) {

    /** More is better. */
    public static Target atLeast(String what, String figure, double must, @Nullable Double aim) {
        return new Target(what, figure, true, must, aim);
    }

    /** Less is better. */
    public static Target atMost(String what, String figure, double must, @Nullable Double aim) {
        return new Target(what, figure, false, must, aim);
    }

    /** Less is better, and nothing must be. */
    public static Target aimAtMost(String what, String figure, double aim) {
        return new Target(what, figure, false, null, aim);
    }

    /** In a word or two. */
    public String verdict(double measured) {
        if (must != null && !reaches(measured, must)) {
            return "**missed**";
        }
        if (aim != null && reaches(measured, aim)) {
            return "aim reached";
        }
        return must == null ? "aim missed" : "reached";
    }

    private boolean reaches(double measured, double bound) {
        return atLeast ? measured >= bound : measured <= bound;
    }

    /** The bound with its direction. */
    public String bound(@Nullable Double bound) {
        return bound == null ? "" : (atLeast ? "≥ " : "≤ ") + Report.number(bound);
    }
}
