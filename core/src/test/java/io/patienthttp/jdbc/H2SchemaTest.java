package io.patienthttp.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.fixture.Databases;

class H2SchemaTest extends SchemaContract {

    @Override
    HikariDataSource database() {
        return Databases.h2();
    }
}
