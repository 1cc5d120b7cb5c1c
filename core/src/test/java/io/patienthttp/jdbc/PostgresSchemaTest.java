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

    @Override
    String indexes() {
        return "SELECT indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'patient\\_http\\_%' ORDER BY 1";
    }
}
