package io.patienthttp.model;

import io.patienthttp.fixture.Databases;
import javax.sql.DataSource;

class H2StoreEquivalenceTest extends StoreEquivalenceContract {

    @Override
    DataSource database() {
        return Databases.h2();
    }
}
