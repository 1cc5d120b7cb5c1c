/**
 * What Patient HTTP asks of its surroundings: a store for the rows, stores and a cipher for payloads, transactions, a
 * queue for callback jobs, an HTTP transport. Implemented in this project and by plug-ins; applications do not call it.
 */
@NullMarked
package io.patienthttp.spi;

import org.jspecify.annotations.NullMarked;
