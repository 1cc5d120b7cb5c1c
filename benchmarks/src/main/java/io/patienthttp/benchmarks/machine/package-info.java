/** What is measured with: child JVMs, PostgreSQL, and the counters of the kernel and of the database. */
@NullMarked
package io.patienthttp.benchmarks.machine;

import org.jspecify.annotations.NullMarked;
