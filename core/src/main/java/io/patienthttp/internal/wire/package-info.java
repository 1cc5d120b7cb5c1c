/** How requests and outcomes are written into their columns: JSON, readable while small. Never opens a connection. */
@NullMarked
package io.patienthttp.internal.wire;

import org.jspecify.annotations.NullMarked;
