package io.patienthttp.model;

import io.patienthttp.fixture.Databases;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;

@Tag("database")
class PostgresStoreEquivalenceTest extends StoreEquivalenceContract {

    @Override
    DataSource database() {
        return Databases.pool(Databases.postgresUrl() + "&options=-c%20synchronous_commit=off", "postgres", 2);
    }
}
