/**
 * What an application builds and starts: {@link io.patienthttp.runtime.PatientHttp}. The only place that wires the
 * pipeline; decides nothing about requests.
 */
@NullMarked
package io.patienthttp.runtime;

import org.jspecify.annotations.NullMarked;
