/**
 * A page for operators, served by the application. Shows and asks {@link io.patienthttp.runtime.Operations}; decides who
 * may, and nothing else.
 */
@NullMarked
package io.patienthttp.dashboard;

import org.jspecify.annotations.NullMarked;
