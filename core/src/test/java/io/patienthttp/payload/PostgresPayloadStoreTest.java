package io.patienthttp.payload;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.fixture.Databases;
import org.junit.jupiter.api.Tag;

@Tag("database")
class PostgresPayloadStoreTest extends JdbcPayloadStoreContract {

    @Override
    HikariDataSource database() {
        return Databases.postgres();
    }
}
