package io.patienthttp.spring;

import io.patienthttp.fixture.Databases;

class ApplicationPostgresTest extends ApplicationContract {

    @Override
    String newDatabase() {
        return Databases.postgresUrl();
    }
}
