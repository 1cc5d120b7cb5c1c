/**
 * Signs requests for AWS, for applications that have {@code software.amazon.awssdk:http-auth-aws}. Nothing else of
 * Patient HTTP needs that, and nothing else here imports it.
 */
@NullMarked
package io.patienthttp.aws;

import org.jspecify.annotations.NullMarked;
