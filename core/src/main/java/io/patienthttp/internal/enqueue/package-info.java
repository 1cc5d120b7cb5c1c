/** Turns requests into rows, in the caller's transaction. Never sends anything. */
@NullMarked
package io.patienthttp.internal.enqueue;

import org.jspecify.annotations.NullMarked;
