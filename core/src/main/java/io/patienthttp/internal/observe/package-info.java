/** What others see of a request's life: events for listeners, traces, the id in logs. Never decides what happens. */
@NullMarked
package io.patienthttp.internal.observe;

import org.jspecify.annotations.NullMarked;
