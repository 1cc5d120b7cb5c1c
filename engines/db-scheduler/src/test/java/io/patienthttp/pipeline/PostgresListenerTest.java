package io.patienthttp.pipeline;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.fixture.Databases;
import org.junit.jupiter.api.Tag;

@Tag("database")
class PostgresListenerTest extends ListenerContract {

    @Override
    HikariDataSource database() {
        return Databases.postgres();
    }
}
