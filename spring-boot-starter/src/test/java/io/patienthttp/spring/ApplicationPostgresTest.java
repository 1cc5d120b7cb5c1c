package io.patienthttp.spring;

import io.patienthttp.fixture.Databases;
import org.junit.jupiter.api.Tag;

@Tag("database")
class ApplicationPostgresTest extends ApplicationContract {

    @Override
    String newDatabase() {
        return Databases.postgresUrl();
    }
}
