/**
 * The proof that no accepted request is lost and none is delivered twice: processes of their own that are killed, frozen
 * and cut off while a server counts each hit and a table each delivery. Nothing in the product knows of these tests.
 */
package io.patienthttp.faults;
