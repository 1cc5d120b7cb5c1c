package io.patienthttp.spi;

import java.time.Instant;

/**
 * A job of the engine that delivers one outcome.
 *
 * @param ref the request and the epoch of its outcome; an epoch has at most one outcome and one job
 * @param createdAt when the request was enqueued, by the database's clock; older ones run first
 */
public record CallbackJob(RequestRef ref, Instant createdAt) {}
