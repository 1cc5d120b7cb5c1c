package io.patienthttp.runtime;

import io.patienthttp.spi.CallbackQueue;
import io.patienthttp.spi.CallbackQueueProvider;
import java.util.ServiceLoader;
import javax.sql.DataSource;

/** Finds the job engine that is brought up where the application gives none. */
final class JobEngine {

    private JobEngine() {}

    static CallbackQueue bringUp(DataSource dataSource, Settings settings) {
        return ServiceLoader.load(CallbackQueueProvider.class, PatientHttp.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("there is no job engine to run callbacks: add the"
                        + " dependency io.patienthttp:patient-http-db-scheduler, or give .callbackQueue(...)"))
                .create(dataSource, settings.callbackTaskName());
    }
}
