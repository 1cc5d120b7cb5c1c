package io.patienthttp.demo.page;

/**
 * How far one of the two is.
 *
 * @param done how many requests ended with an outcome
 * @param failed how many of the blocking requests had no answer
 * @param inFlight how many requests wait for their answer now
 * @param seconds how long it has run, or ran
 * @param running whether it still runs
 */
record Side(int done, int failed, int inFlight, double seconds, boolean running) {}
