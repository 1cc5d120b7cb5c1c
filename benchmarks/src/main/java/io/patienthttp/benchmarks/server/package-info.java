/** The slow server that all contenders ask, a JVM of its own, and what travels. */
@NullMarked
package io.patienthttp.benchmarks.server;

import org.jspecify.annotations.NullMarked;
