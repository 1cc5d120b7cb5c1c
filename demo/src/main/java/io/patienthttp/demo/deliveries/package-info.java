/** What the callback stored: one row for each delivery. Never sends a request. */
@NullMarked
package io.patienthttp.demo.deliveries;

import org.jspecify.annotations.NullMarked;
