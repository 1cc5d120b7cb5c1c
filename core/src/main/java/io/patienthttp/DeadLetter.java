package io.patienthttp;

/**
 * A request whose callback failed as often as allowed.
 *
 * @param requestId the id of the request
 * @param callback the name of its callback
 * @param runs how often the callback's job ran, runs that died with their process included; {@link #UNKNOWN_RUNS} if the
 *     job engine gave it up without saying
 * @param lastError class and message of what the last run threw
 */
public record DeadLetter(String requestId, String callback, int runs, String lastError) {

    /** The {@link #runs} of a callback that its engine gave up. */
    public static final int UNKNOWN_RUNS = 0;
}
