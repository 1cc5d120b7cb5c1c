/**
 * One attempt of one request: secrets, preprocessors, redirects, limits and timeouts, on a Jetty client. Knows no
 * database, no row and no job; decides neither what is sent next nor what an outcome leads to; holds no thread while a
 * server is silent.
 */
@NullMarked
package io.patienthttp.internal.http;

import org.jspecify.annotations.NullMarked;
