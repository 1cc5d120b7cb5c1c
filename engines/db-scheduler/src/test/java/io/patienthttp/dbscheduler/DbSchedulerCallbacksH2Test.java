package io.patienthttp.dbscheduler;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.fixture.Databases;

class DbSchedulerCallbacksH2Test extends DbSchedulerCallbacksContract {

    @Override
    HikariDataSource newDatabase() {
        return Databases.h2();
    }
}
