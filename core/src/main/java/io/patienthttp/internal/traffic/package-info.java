/** Counts, minute by minute, what this process sent and how it ended. Decides nothing, and holds no request. */
@NullMarked
package io.patienthttp.internal.traffic;

import org.jspecify.annotations.NullMarked;
