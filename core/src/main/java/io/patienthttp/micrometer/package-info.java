/**
 * Patient HTTP seen through Micrometer, for applications that have {@code io.micrometer:micrometer-core}. Nothing else of
 * Patient HTTP needs that, and nothing else here imports it.
 */
@NullMarked
package io.patienthttp.micrometer;

import org.jspecify.annotations.NullMarked;
