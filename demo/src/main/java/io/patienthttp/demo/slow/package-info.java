/** An HTTP API that answers late. Holds no thread while it waits, and knows nothing of Patient HTTP. */
@NullMarked
package io.patienthttp.demo.slow;

import org.jspecify.annotations.NullMarked;
