/**
 * The request store on JDBC: its statements, the differences between databases, the schema, and plain JDBC
 * transactions. Decides nothing about requests; knows nothing internal.
 */
@NullMarked
package io.patienthttp.jdbc;

import org.jspecify.annotations.NullMarked;
