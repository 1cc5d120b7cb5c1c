package io.patienthttp.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.fixture.Databases;

class H2SchemaTest extends SchemaContract {

    @Override
    HikariDataSource database() {
        return Databases.h2();
    }

    @Override
    String indexes() {
        return """
                SELECT index_name, table_name, column_name, ordinal_position FROM information_schema.index_columns
                WHERE table_name LIKE 'PATIENT\\_HTTP\\_%' AND index_name LIKE 'PATIENT%' ORDER BY 1, 4
                """;
    }
}
