package io.patienthttp.internal.deliver;

import org.jspecify.annotations.Nullable;

/** What {@link FreshOutcomes} keeps, for the model. */
public final class FreshAccess {

    /** An outcome is counted as so many characters more than it has. */
    private static final int EACH = 500;

    private FreshAccess() {}

    /** How many characters it says that it keeps. */
    public static long counted(GroupCommit commits) {
        return commits.fresh().chars;
    }

    /** How many characters it keeps. */
    public static long kept(GroupCommit commits) {
        return commits.fresh().outcomes.values().stream()
                .map(FreshOutcomes.Kept::outcome)
                .mapToLong(kept ->
                        length(kept.outcome() == null ? null : kept.outcome().text())
                                + length(kept.callbackArgs())
                                + EACH)
                .sum();
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }
}
