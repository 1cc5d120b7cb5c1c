package io.patienthttp.demo.postgres;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Connects the demo to a PostgreSQL of its own if no other database is configured. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "spring.datasource.url", havingValue = "embedded-postgres")
class PostgresConfiguration {

    @Bean(destroyMethod = "close")
    SharedPostgres sharedPostgres(@Value("${demo.directory}") Path directory) throws IOException, SQLException {
        return SharedPostgres.open(directory.resolve("pg"));
    }

    /** The DataSource depends on this bean, and is closed before PostgreSQL is. */
    @Bean
    JdbcConnectionDetails jdbcConnectionDetails(SharedPostgres postgres) {
        return new ConnectionDetails(postgres.url());
    }

    private record ConnectionDetails(String url) implements JdbcConnectionDetails {

        @Override
        public String getUsername() {
            return "postgres";
        }

        @Override
        public String getPassword() {
            return "";
        }

        @Override
        public String getJdbcUrl() {
            return url;
        }
    }
}
