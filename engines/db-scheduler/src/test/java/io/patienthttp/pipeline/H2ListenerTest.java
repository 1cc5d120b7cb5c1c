package io.patienthttp.pipeline;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.fixture.Databases;

class H2ListenerTest extends ListenerContract {

    @Override
    HikariDataSource database() {
        return Databases.h2();
    }
}
