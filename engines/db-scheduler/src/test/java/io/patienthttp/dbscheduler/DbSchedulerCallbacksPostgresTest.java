package io.patienthttp.dbscheduler;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.fixture.Databases;
import org.junit.jupiter.api.Tag;

@Tag("database")
class DbSchedulerCallbacksPostgresTest extends DbSchedulerCallbacksContract {

    @Override
    HikariDataSource newDatabase() {
        return Databases.postgres();
    }
}
