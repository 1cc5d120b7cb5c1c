package io.patienthttp.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.fixture.Databases;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class H2RequestStoreTest extends RequestStoreContract {

    @Override
    DataSource database() {
        return Databases.h2();
    }

    /** A scan for each batch makes the work grow with the square of the backlog. */
    @ParameterizedTest
    @ValueSource(strings = {OutcomeRows.REMOVE, RequestRows.RELEASE_THESE})
    void aBatchFindsItsRowsByTheirKey(String statement) throws SQLException {
        try (var database = Databases.h2();
                var connection = database.getConnection()) {
            var transactions = JdbcTransactions.of(database);
            new Schema(transactions, "patient_http_").create();
            var sql = new Tables("patient_http_", transactions.dialect()).sql(statement);

            try (var explain = connection.prepareStatement("EXPLAIN " + sql);
                    var plan = explain.executeQuery()) {
                plan.next();
                assertThat(plan.getString(1)).contains("PRIMARY_KEY").doesNotContain("tableScan");
            }
        }
    }
}
