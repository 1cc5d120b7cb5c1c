package io.patienthttp.dbscheduler;

import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.CallbackQueueProvider;
import javax.sql.DataSource;

/** Brings up a scheduler on the table {@code scheduled_tasks} where the application names no engine. */
public final class DbSchedulerQueueProvider implements CallbackQueueProvider {

    @Override
    public CallbackQueue create(DataSource dataSource, String taskName) {
        return DbSchedulerCallbacks.builder().taskName(taskName).build().owned(dataSource);
    }
}
