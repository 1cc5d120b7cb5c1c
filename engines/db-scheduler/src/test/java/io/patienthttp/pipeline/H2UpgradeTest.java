package io.patienthttp.pipeline;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.fixture.Databases;

class H2UpgradeTest extends UpgradeContract {

    @Override
    HikariDataSource database() {
        return Databases.h2();
    }

    @Override
    String dialect() {
        return "h2";
    }
}
