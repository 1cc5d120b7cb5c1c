/** What comes out: figures, targets, tables and pictures. Measures nothing. */
@NullMarked
package io.patienthttp.benchmarks.report;

import org.jspecify.annotations.NullMarked;
