package io.patienthttp.pipeline;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.fixture.Databases;
import org.junit.jupiter.api.Tag;

@Tag("database")
class PostgresUpgradeTest extends UpgradeContract {

    @Override
    HikariDataSource database() {
        return Databases.postgres();
    }

    @Override
    String dialect() {
        return "postgresql";
    }
}
