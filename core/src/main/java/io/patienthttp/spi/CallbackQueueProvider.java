package io.patienthttp.spi;

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
     */
    CallbackQueue create(DataSource dataSource, String taskName);
}
