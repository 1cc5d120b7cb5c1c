package io.patienthttp.spi;

/**
 * One run of a callback job, as the engine started it.
 *
 * @param ref what is to be delivered
 * @param failures how often the job failed before, runs that died with their process included
 * @param version what the engine knows this run by: the job is removed only if it still has it
 */
public record CallbackRun(RequestRef ref, int failures, long version) {}
