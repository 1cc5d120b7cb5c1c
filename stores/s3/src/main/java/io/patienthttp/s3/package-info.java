/** Keeps payloads in a bucket of S3, or of anything that speaks its protocol. */
@NullMarked
package io.patienthttp.s3;

import org.jspecify.annotations.NullMarked;
