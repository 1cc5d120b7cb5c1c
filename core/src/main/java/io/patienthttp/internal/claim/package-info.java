/** From free capacity to rows to tasks: claims what the processor has room for. Never records an outcome. */
@NullMarked
package io.patienthttp.internal.claim;

import org.jspecify.annotations.NullMarked;
