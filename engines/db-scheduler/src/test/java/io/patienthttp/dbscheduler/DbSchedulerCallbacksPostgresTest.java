package io.patienthttp.dbscheduler;

import java.sql.SQLException;
import javax.sql.DataSource;

class DbSchedulerCallbacksPostgresTest extends DbSchedulerCallbacksContract {

    @Override
    DataSource newDatabase() throws SQLException {
        return Postgres.newSchema();
    }
}
