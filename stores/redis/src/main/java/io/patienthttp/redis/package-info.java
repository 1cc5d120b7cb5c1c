/** Keeps payloads in Redis. */
@NullMarked
package io.patienthttp.redis;

import org.jspecify.annotations.NullMarked;
