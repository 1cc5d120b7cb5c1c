package io.patienthttp.demo;

import io.patienthttp.Callback;
import io.patienthttp.dbscheduler.DbSchedulerCallbacks;
import io.patienthttp.dbscheduler.DbSchedulerSchema;
import io.patienthttp.runtime.PatientHttp;
import javax.sql.DataSource;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** Patient HTTP wired by hand, with delivery that joins no transaction of Spring's. */
@TestConfiguration(proxyBeanMethods = false)
class PlainPatientHttp {

    private static final String JOBS = "scheduled_tasks";

    @Bean(initMethod = "start", destroyMethod = "close")
    PatientHttp patientHttp(DataSource dataSource, Callback callback) {
        DbSchedulerSchema.create(dataSource, JOBS);
        var patientHttp = PatientHttp.builder(dataSource)
                .callback(callback)
                .callbackQueue(DbSchedulerCallbacks.create().owned(dataSource))
                .build();
        patientHttp.schema().create();
        return patientHttp;
    }
}
