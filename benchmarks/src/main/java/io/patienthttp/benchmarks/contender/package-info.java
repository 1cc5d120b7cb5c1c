/** What is measured: each contender is a JVM of its own that stores requests, has them sent, and stores results. */
@NullMarked
package io.patienthttp.benchmarks.contender;

import org.jspecify.annotations.NullMarked;
