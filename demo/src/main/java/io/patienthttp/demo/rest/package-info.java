/** The REST API of the demo and what guards it. */
@NullMarked
package io.patienthttp.demo.rest;

import org.jspecify.annotations.NullMarked;
