package io.patienthttp.internal.deliver;

/** What {@link FreshOutcomes} keeps, for the model. */
public final class FreshAccess {

    private FreshAccess() {}

    /** How much it says that it keeps. */
    public static long counted(GroupCommit commits) {
        return commits.fresh().size;
    }

    /** How much it keeps. */
    public static long kept(GroupCommit commits) {
        return commits.fresh().outcomes.values().stream()
                .mapToLong(FreshOutcomes.Kept::size)
                .sum();
    }
}
