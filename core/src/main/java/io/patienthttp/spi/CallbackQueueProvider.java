package io.patienthttp.spi;

import java.time.Duration;
import javax.sql.DataSource;

/**
 * Brings up a job engine where the application names none. Found by {@link java.util.ServiceLoader}; a module with an
 * engine provides one.
 */
public interface CallbackQueueProvider {

    /**
     * An engine on the DataSource that we start and stop.
     *
     * @param taskName the name of our task in the engine
     * @param shutdownTimeout how long running callbacks may take to end
     */
    CallbackQueue create(DataSource dataSource, String taskName, Duration shutdownTimeout);
}
