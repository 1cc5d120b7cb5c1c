/**
 * Keeps this process's lease, and puts right what other processes, or this one, left behind: reclaim, reconcile, cancel
 * flags, sweep. Never sends HTTP, never calls user code.
 */
@NullMarked
package io.patienthttp.internal.recover;

import org.jspecify.annotations.NullMarked;
