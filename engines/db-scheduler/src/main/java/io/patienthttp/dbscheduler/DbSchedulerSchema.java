package io.patienthttp.dbscheduler;

import io.patienthttp.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;

/**
 * The table of db-scheduler, which db-scheduler itself does not ship. A table that is there already, such as the one
 * that an application's own scheduler uses, is left as it is. PostgreSQL and H2; on other databases create the table
 * with the script of db-scheduler. Safe for all threads.
 */
public final class DbSchedulerSchema {

    /** Processes that start together create the table one after another; any number does that nobody else uses. */
    private static final String LOCK = "SELECT pg_advisory_xact_lock(7224803513016227403)";

    private static final String EXISTS = "SELECT 1 FROM ${table} WHERE 1 = 0";

    /** Does not break the transaction as the other does, and follows the search path. */
    private static final String EXISTS_POSTGRESQL = "SELECT to_regclass('${table}') IS NOT NULL";

    /** No such table or schema: PostgreSQL 42P01 and 3F000, H2 42S0x and 90079, MySQL 42S02. */
    private static final Set<String> MISSING = Set.of("42P01", "3F000", "42S02", "42S03", "42S04", "90079");

    private DbSchedulerSchema() {}

    /**
     * The script for a migration tool: a table and its indexes, each {@code IF NOT EXISTS}.
     *
     * @param database {@code postgresql} or {@code h2}
     * @param tableName an SQL identifier, with or without a schema; db-scheduler's default is {@code scheduled_tasks}
     * @throws IllegalArgumentException if it is another database, or not a table name
     */
    public static String print(String database, String tableName) {
        var name = new TableName(tableName);
        if (!Set.of("postgresql", "h2").contains(database)) {
            throw new IllegalArgumentException("database must be postgresql or h2, was \"" + database + "\"");
        }
        try (var script = Objects.requireNonNull(DbSchedulerSchema.class.getResourceAsStream(database + ".sql"))) {
            return name.in(new String(script.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("could not read the script for " + database, e);
        }
    }

    /**
     * Creates the table and its indexes unless the table exists. May be called by many processes at once, and again at
     * each start. On PostgreSQL all of it is one transaction; a schema in the name must exist.
     *
     * @param tableName an SQL identifier, with or without a schema
     * @return whether it created the table
     * @throws IllegalArgumentException if the database is neither PostgreSQL nor H2, or it is not a table name
     * @throws StorageException if the database refuses it
     */
    public static boolean create(DataSource dataSource, String tableName) {
        var name = new TableName(tableName);
        try (var connection = dataSource.getConnection()) {
            var autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(false);
            try {
                var created = create(connection, name);
                connection.commit();
                return created;
            } finally {
                connection.rollback();
                connection.setAutoCommit(autoCommit);
            }
        } catch (SQLException e) {
            throw Failures.storage("create the table " + tableName, e);
        }
    }

    /**
     * Whether there is a table, or a view, of that name.
     *
     * @param tableName an SQL identifier, with or without a schema
     * @throws IllegalArgumentException if it is not a table name
     * @throws StorageException if the database does not answer, or the table may not be read
     */
    public static boolean exists(DataSource dataSource, String tableName) {
        var name = new TableName(tableName);
        try (var connection = dataSource.getConnection()) {
            try {
                return exists(connection, name);
            } finally {
                if (!connection.getAutoCommit()) {
                    connection.rollback();
                }
            }
        } catch (SQLException e) {
            throw Failures.storage("look for the table " + tableName, e);
        }
    }

    private static boolean create(Connection connection, TableName name) throws SQLException {
        var database = database(connection);
        var script = print(database, name.qualified());
        try (var statement = connection.createStatement()) {
            if (database.equals("postgresql")) {
                statement.execute(LOCK);
            }
            if (exists(connection, name)) {
                return false;
            }
            for (var sql : script.split(";\\s*", -1)) {
                if (!sql.isBlank()) {
                    statement.execute(sql);
                }
            }
            return true;
        }
    }

    private static boolean exists(Connection connection, TableName name) throws SQLException {
        var postgresql = database(connection).equals("postgresql");
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(name.in(postgresql ? EXISTS_POSTGRESQL : EXISTS))) {
            return !postgresql || (rows.next() && rows.getBoolean(1));
        } catch (SQLException e) {
            if (MISSING.contains(e.getSQLState())) {
                return false;
            }
            throw e;
        }
    }

    private static String database(Connection connection) throws SQLException {
        return connection.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT);
    }
}
