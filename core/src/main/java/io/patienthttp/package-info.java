/**
 * The vocabulary of Patient HTTP: what an application says (requests, templates, secrets, callbacks) and what it gets
 * back (responses and failures). Knows no database, no HTTP client and no job engine.
 */
@NullMarked
package io.patienthttp;

import org.jspecify.annotations.NullMarked;
