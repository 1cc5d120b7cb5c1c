/** What the page shows: blocking workers and Patient HTTP side by side. */
@NullMarked
package io.patienthttp.demo.page;

import org.jspecify.annotations.NullMarked;
