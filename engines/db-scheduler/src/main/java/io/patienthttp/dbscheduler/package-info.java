/**
 * Runs callbacks as jobs of db-scheduler, of the application's scheduler or of one of our own. Knows no request and no
 * outcome: a job is nothing but the id of what is to be delivered.
 */
@NullMarked
package io.patienthttp.dbscheduler;

import org.jspecify.annotations.NullMarked;
