package io.patienthttp.pipeline;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.fixture.Databases;

class H2TracingTest extends TracingContract {

    @Override
    HikariDataSource database() {
        return Databases.h2();
    }
}
