/**
 * Whether an accepted request is lost or delivered twice: processes of their own that are killed, frozen and restarted
 * while a server counts each hit and a table each delivery. Nothing in the product knows of these tests.
 */
package io.patienthttp.faults;
