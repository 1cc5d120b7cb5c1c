package io.patienthttp.faults;

import java.time.Duration;
import java.util.List;

/**
 * What the judge found after one run.
 *
 * @param fault what was done
 * @param requests how many were accepted
 * @param kills how many faults struck something
 * @param lost the accepted requests that were never delivered
 * @param twice the requests that were delivered more than once
 * @param sentAgain how many hits the server had beyond one for each request
 * @param unexplained hits that no fault explains, requests that were delivered without one, and wrong outcomes
 * @param lapsed how many processes lost their lease although nobody struck them: the machine was too slow
 * @param left what is still in the tables and should not be
 * @param recoveries of each fault: how long until the last request that it struck was sent again, or its callback ran
 */
record Verdict(
        String fault,
        int requests,
        int kills,
        List<String> lost,
        List<String> twice,
        int sentAgain,
        List<String> unexplained,
        int lapsed,
        List<String> left,
        List<Duration> recoveries) {

    boolean isClean() {
        return lost.isEmpty() && twice.isEmpty() && unexplained.isEmpty() && left.isEmpty();
    }
}
