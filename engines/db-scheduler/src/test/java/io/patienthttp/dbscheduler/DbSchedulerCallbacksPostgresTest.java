package io.patienthttp.dbscheduler;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.fixture.Databases;

class DbSchedulerCallbacksPostgresTest extends DbSchedulerCallbacksContract {

    @Override
    HikariDataSource newDatabase() {
        return Databases.postgres();
    }
}
