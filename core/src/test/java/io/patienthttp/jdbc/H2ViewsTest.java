package io.patienthttp.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import io.patienthttp.fixture.Databases;
import java.sql.SQLException;

class H2ViewsTest extends ViewsContract {

    @Override
    HikariDataSource database() {
        return Databases.h2();
    }

    @Override
    String plan(String sql, Object... parameters) throws SQLException {
        try (var connection = opened().getConnection()) {
            return Sql.first(connection, "EXPLAIN " + sql, row -> row.getString(1), parameters)
                    .orElseThrow();
        }
    }

    @Override
    boolean readsAll(String plan) {
        return plan.contains("tableScan");
    }

    @Override
    String randomId() {
        return "RANDOM_UUID()";
    }

    @Override
    String series(int rows) {
        return "SYSTEM_RANGE(1, " + rows + ")";
    }
}
