/**
 * A bounded set of tasks in flight and its lifecycle: takes tasks, sends each through {@code internal.http} without
 * holding a thread, hands the outcome to a handler. Knows no database and no job engine.
 */
@NullMarked
package io.patienthttp.processor;

import org.jspecify.annotations.NullMarked;
