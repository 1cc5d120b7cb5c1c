package io.patienthttp.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.patienthttp.dbscheduler.DbSchedulerSchema;
import io.patienthttp.fixture.Databases;
import io.patienthttp.jdbc.JdbcTransactions;
import io.patienthttp.jdbc.Schema;
import io.patienthttp.runtime.PatientHttp;
import javax.sql.DataSource;
import org.flywaydb.core.api.migration.BaseJavaMigration;
import org.flywaydb.core.api.migration.Context;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

class SchemaInitializerTest {

    @Test
    void tablesInMemoryAreCreatedByDefault() {
        try (var context = App.start(App.class, h2(), "patient-http.initialize-schema=embedded")) {
            assertThat(context.getBean(PatientHttp.class).isRunning()).isTrue();
        }
    }

    @Test
    void tablesWithAnotherPrefixAreCreated() {
        try (var context = App.start(
                App.class, h2(), "patient-http.table-prefix=mine_", "patient-http.callback.table-name=my_jobs")) {
            var dataSource = context.getBean(DataSource.class);

            assertThat(DbSchedulerSchema.exists(dataSource, "mine_requests")).isTrue();
            assertThat(DbSchedulerSchema.exists(dataSource, "my_jobs")).isTrue();
            assertThat(DbSchedulerSchema.exists(dataSource, "patient_http_requests"))
                    .isFalse();
            assertThat(DbSchedulerSchema.exists(dataSource, "scheduled_tasks")).isFalse();
        }
    }

    @Test
    void tablesMayComeFromAMigration() {
        try (var context =
                App.start(Migrated.class, h2(), "spring.flyway.enabled=true", "patient-http.initialize-schema=never")) {
            assertThat(context.getBean(PatientHttp.class).isRunning()).isTrue();
        }
    }

    @Test
    void tablesAreCreatedAfterTheMigrations() {
        try (var context = App.start(MigratedOwn.class, h2(), "spring.flyway.enabled=true")) {
            assertThat(context.getBean(PatientHttp.class).isRunning()).isTrue();
        }
    }

    private static String h2() {
        try (var pool = Databases.h2()) {
            return pool.getJdbcUrl();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(App.class)
    static class Migrated {

        @Bean
        V1__Create_our_tables migration(DataSource dataSource) {
            return new V1__Create_our_tables(dataSource);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(App.class)
    static class MigratedOwn {

        @Bean
        V2__Expect_an_empty_database migration() {
            return new V2__Expect_an_empty_database();
        }
    }

    @SuppressWarnings("checkstyle:typename") // Flyway reads the name
    static final class V1__Create_our_tables extends BaseJavaMigration {

        private final DataSource dataSource;

        V1__Create_our_tables(DataSource dataSource) {
            this.dataSource = dataSource;
        }

        @Override
        public void migrate(Context context) {
            new Schema(JdbcTransactions.of(dataSource), "patient_http_").create();
            DbSchedulerSchema.create(dataSource, "scheduled_tasks");
        }
    }

    static final class V2__Expect_an_empty_database extends BaseJavaMigration {

        @Override
        public void migrate(Context context) throws Exception {
            try (var tables = context.getConnection().getMetaData().getTables(null, null, "patient%", null);
                    var upper = context.getConnection().getMetaData().getTables(null, null, "PATIENT%", null)) {
                assertThat(tables.next() || upper.next()).isFalse();
            }
        }
    }
}
