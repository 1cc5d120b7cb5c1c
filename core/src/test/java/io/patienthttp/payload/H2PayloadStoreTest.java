package io.patienthttp.payload;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.fixture.Databases;

class H2PayloadStoreTest extends JdbcPayloadStoreContract {

    @Override
    HikariDataSource database() {
        return Databases.h2();
    }
}
