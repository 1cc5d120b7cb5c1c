package io.patienthttp.jdbc;

import io.patienthttp.fixture.Databases;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;

@Tag("database")
class PostgresReferencesTest extends ReferencesContract {

    @Override
    DataSource database() {
        return Databases.postgres();
    }
}
