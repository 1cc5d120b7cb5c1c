/** The run without a page: enqueue, wait, summary, exit status. */
@NullMarked
package io.patienthttp.demo.headless;

import org.jspecify.annotations.NullMarked;
