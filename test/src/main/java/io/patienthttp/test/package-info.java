/**
 * The test kit for applications: what they enqueue is recorded, sent by the real code to scripted answers, and delivered
 * to their callbacks, on the thread of the test and by a clock that it moves. Never opens a connection.
 */
@NullMarked
package io.patienthttp.test;

import org.jspecify.annotations.NullMarked;
