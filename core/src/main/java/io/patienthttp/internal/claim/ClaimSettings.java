package io.patienthttp.internal.claim;

import java.time.Duration;
import java.util.Map;

/**
 * How the claimer works.
 *
 * @param pollInterval how often it looks while there is work; when idle twice as rarely each time, down to once a second
 * @param maxRecoveries how many recoveries make a row a suspect
 * @param limits concurrency keys with the number of requests that this process may have in flight of each
 */
public record ClaimSettings(Duration pollInterval, int maxRecoveries, Map<String, Integer> limits) {}
