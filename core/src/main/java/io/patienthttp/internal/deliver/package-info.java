/**
 * From outcome to callback: records outcomes with their callback jobs in one transaction, and runs callbacks when the
 * engine asks for it. Never sends HTTP.
 */
@NullMarked
package io.patienthttp.internal.deliver;

import org.jspecify.annotations.NullMarked;
