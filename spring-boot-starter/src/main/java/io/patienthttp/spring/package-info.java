/** Patient HTTP as beans of a Spring Boot application. Sends and stores nothing itself. */
@NullMarked
package io.patienthttp.spring;

import org.jspecify.annotations.NullMarked;
