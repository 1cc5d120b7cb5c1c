/**
 * What seals payloads, and where they are kept: AES-GCM, files, a table. Decides neither what is sealed or off-loaded nor
 * what is deleted; knows nothing internal.
 */
@NullMarked
package io.patienthttp.payload;

import org.jspecify.annotations.NullMarked;
