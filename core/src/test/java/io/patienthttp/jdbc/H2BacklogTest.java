package io.patienthttp.jdbc;

import io.patienthttp.fixture.Databases;
import javax.sql.DataSource;

class H2BacklogTest extends BacklogContract {

    @Override
    DataSource database() {
        return Databases.h2();
    }
}
