package io.patienthttp.spring;

import io.patienthttp.dbscheduler.DbSchedulerSchema;
import io.patienthttp.jdbc.JdbcTransactions;
import io.patienthttp.jdbc.Schema;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.jdbc.EmbeddedDatabaseConnection;
import org.springframework.boot.sql.init.DatabaseInitializationMode;

/**
 * Creates the tables of Patient HTTP and of db-scheduler if it is to, and checks that they are there. Runs after all
 * other database initialization, before whatever depends on that.
 */
final class SchemaInitializer implements InitializingBean {

    private final DataSource dataSource;
    private final DatabaseInitializationMode mode;
    private final String tablePrefix;
    private final String jobTable;

    SchemaInitializer(DataSource dataSource, DatabaseInitializationMode mode, String tablePrefix, String jobTable) {
        this.dataSource = dataSource;
        this.mode = mode;
        this.tablePrefix = tablePrefix;
        this.jobTable = jobTable;
    }

    @Override
    public void afterPropertiesSet() {
        try {
            initialize();
        } catch (IllegalArgumentException e) {
            throw PropertySettings.refused(e);
        }
    }

    private void initialize() {
        var schema = new Schema(JdbcTransactions.of(dataSource), tablePrefix);
        if (isToCreate()) {
            schema.create();
            DbSchedulerSchema.create(dataSource, jobTable);
        }
        requireTables();
        requireVersion(schema);
    }

    private boolean isToCreate() {
        return switch (mode) {
            case ALWAYS -> true;
            case EMBEDDED -> EmbeddedDatabaseConnection.isEmbedded(dataSource);
            case NEVER -> false;
        };
    }

    private void requireTables() {
        var missing = Stream.of(tablePrefix + "requests", tablePrefix + "processes", tablePrefix + "schema", jobTable)
                .filter(table -> !DbSchedulerSchema.exists(dataSource, table))
                .toList();
        if (!missing.isEmpty()) {
            throw new StartFailure(
                    "Tables that Patient HTTP needs do not exist in the database: " + String.join(", ", missing) + ".",
                    "One of:\n"
                            + "  - let the application create them: patient-http.initialize-schema=always (it is "
                            + mode.name().toLowerCase(java.util.Locale.ROOT) + "),\n"
                            + "  - create them in a migration, with the scripts of the jars"
                            + " (io/patienthttp/jdbc/*.sql of patient-http and io/patienthttp/dbscheduler/*.sql of"
                            + " patient-http-db-scheduler; Schema.print() and DbSchedulerSchema.print() return them),\n"
                            + "  - if they have other names or are in another schema, say so: patient-http.table-prefix"
                            + " and patient-http.callback.table-name.",
                    null);
        }
    }

    private static void requireVersion(Schema schema) {
        try {
            schema.check();
        } catch (IllegalStateException e) {
            throw new StartFailure(
                    "The tables of Patient HTTP do not fit this application: " + e.getMessage() + ".",
                    "Use the version of Patient HTTP that the other processes on this database use, or a newer one.",
                    e);
        }
    }
}
