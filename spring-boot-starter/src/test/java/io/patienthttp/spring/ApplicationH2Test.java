package io.patienthttp.spring;

import io.patienthttp.fixture.Databases;

class ApplicationH2Test extends ApplicationContract {

    @Override
    String newDatabase() {
        try (var pool = Databases.h2()) {
            return pool.getJdbcUrl();
        }
    }
}
