/** A Spring Boot application that shows what Patient HTTP is for. Not published. */
@NullMarked
package io.patienthttp.demo;

import org.jspecify.annotations.NullMarked;
