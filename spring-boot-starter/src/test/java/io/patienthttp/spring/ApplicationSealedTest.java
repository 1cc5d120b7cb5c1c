package io.patienthttp.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.fixture.Databases;
import io.patienthttp.jdbc.JdbcTransactions;
import io.patienthttp.payload.FilePayloadStore;
import io.patienthttp.payload.JdbcPayloadStore;
import io.patienthttp.spi.PayloadStore;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.core.JdbcTemplate;

/** The same where all is sealed and in a payload store: of two, the last in order is written. */
class ApplicationSealedTest extends ApplicationContract {

    @TempDir
    private static Path directory;

    @Override
    String newDatabase() {
        try (var pool = Databases.h2()) {
            return pool.getJdbcUrl();
        }
    }

    @Override
    Class<?> app() {
        return Stores.class;
    }

    @Override
    String[] properties() {
        return new String[] {
            "patient-http.payload-store-threshold=1B",
            "patient-http.sealing.keys=2026:a2V5LW9mLXRoZS10ZXN0LXdpdGgtMzItYnl0ZXMhISE="
        };
    }

    @Test
    void aRowShowsNothingAndRefersToTheStore() {
        start("patient-http.processor.enabled=false");

        request().enqueue();

        var jdbc = context.getBean(JdbcTemplate.class);
        assertThat(jdbc.queryForList("SELECT request_ref FROM patient_http_requests", String.class))
                .singleElement()
                .asString()
                .startsWith("jdbc:");
        assertThat(jdbc.queryForList("SELECT payload FROM patient_http_payloads", byte[].class))
                .singleElement()
                .satisfies(payload -> assertThat(payload[0]).as("sealed").isEqualTo((byte) 1));
        assertThat(directory).isEmptyDirectory();
    }

    @Configuration(proxyBeanMethods = false)
    static class Stores extends App {

        @Bean
        @Order(2)
        PayloadStore table(DataSource dataSource) {
            return new JdbcPayloadStore(JdbcTransactions.of(dataSource), "patient_http_");
        }

        @Bean
        @Order(1)
        PayloadStore files() {
            return new FilePayloadStore(directory);
        }
    }
}
