/** A PostgreSQL of the demo's own, shared by all demo processes of one directory. */
@NullMarked
package io.patienthttp.demo.postgres;

import org.jspecify.annotations.NullMarked;
