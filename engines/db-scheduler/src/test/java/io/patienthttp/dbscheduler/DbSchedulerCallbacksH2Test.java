package io.patienthttp.dbscheduler;

import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

class DbSchedulerCallbacksH2Test extends DbSchedulerCallbacksContract {

    @Override
    DataSource newDatabase() {
        var dataSource = new JdbcDataSource();
        dataSource.setUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        return dataSource;
    }
}
