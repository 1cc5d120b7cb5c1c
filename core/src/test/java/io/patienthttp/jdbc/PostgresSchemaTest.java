package io.patienthttp.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.fixture.Databases;
import org.junit.jupiter.api.Tag;

@Tag("database")
class PostgresSchemaTest extends SchemaContract {

    @Override
    HikariDataSource database() {
        return Databases.postgres();
    }
}
