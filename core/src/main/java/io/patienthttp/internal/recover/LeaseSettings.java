package io.patienthttp.internal.recover;

import java.time.Duration;

/**
 * The lease of a process.
 *
 * @param heartbeat how often it is renewed
 * @param lease how long it lasts without; at least four heartbeats
 */
public record LeaseSettings(Duration heartbeat, Duration lease) {}
