/** Compares Patient HTTP with what people use today, on one machine, in one run. Not published. */
@NullMarked
package io.patienthttp.benchmarks;

import org.jspecify.annotations.NullMarked;
