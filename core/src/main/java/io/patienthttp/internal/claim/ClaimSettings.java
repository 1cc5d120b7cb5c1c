package io.patienthttp.internal.claim;

import java.util.Map;

/**
 * What the claimer claims.
 *
 * @param maxRecoveries how many recoveries make a row a suspect
 * @param limits concurrency keys with the number of requests that this process may have in flight of each
 */
public record ClaimSettings(int maxRecoveries, Map<String, Integer> limits) {}
