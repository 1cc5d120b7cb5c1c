/**
 * The model: the production decisions of claim, record, deliver, recover and shutdown, of several processes, stepped by
 * one seeded scheduler against a store, a job engine and a clock in memory.
 *
 * <p>A {@link io.patienthttp.model.Node} is one process: the objects that {@code Pipeline} wires, without their threads.
 * What its threads would do are {@link io.patienthttp.model.Duties}, each done by an {@link io.patienthttp.model.Actor}.
 * Actors run one at a time; at each statement, each row that a statement locks and each commit {@link
 * io.patienthttp.model.Faults} may suspend the actor, so that another one goes on, or let something fail. {@link
 * io.patienthttp.model.Turns} says who is next: by chance alone in half of the runs, else also by an {@link
 * io.patienthttp.model.Aim}, which builds a situation that chance alone rarely meets.
 *
 * <p>{@link io.patienthttp.model.MemoryDatabase} has the locks and the visibility of READ COMMITTED. {@link
 * io.patienthttp.model.MemoryStore} and {@link io.patienthttp.model.MemoryQueue} implement the SPI on it: they contain no
 * SQL and decide nothing that production code decides, and {@code StoreEquivalenceContract} holds the store equal to
 * those on real databases.
 *
 * <p>{@link io.patienthttp.model.Promises} checks after each commit what the README promises of rows, jobs and processes,
 * others check each send, callback and wake. When all faults are over, {@link io.patienthttp.model.Ending} has everything
 * done fairly, and nothing may be left. A {@link io.patienthttp.model.Bug} is a mistake in what production code stands on,
 * which the model must find. A seed decides everything: {@code -Dmodel.seed=...} replays it and prints its steps.
 */
package io.patienthttp.model;
