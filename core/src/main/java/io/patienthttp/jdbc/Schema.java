package io.patienthttp.jdbc;

import io.patienthttp.StorageException;
import io.patienthttp.spi.Transaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The tables of Patient HTTP in one database: prints, creates, upgrades or checks them. Creating is idempotent, and safe
 * when several processes start at once.
 */
public final class Schema {

    /** The version of the tables that this code reads and writes. */
    public static final int VERSION = 3;

    private static final String READ = "SELECT version, compatible_from, installation_id FROM {schema}";

    private final JdbcTransactions transactions;
    private final Tables tables;

    /** The tables of that prefix. */
    public Schema(JdbcTransactions transactions, String tablePrefix) {
        this.transactions = transactions;
        this.tables = new Tables(tablePrefix, transactions.dialect());
    }

    /**
     * The name of one of the tables.
     *
     * @param name what follows the prefix
     * @throws IllegalArgumentException if the prefix is not letters, digits and underscores, at most 40, with an optional
     *     schema and a dot before
     */
    public static String table(String tablePrefix, String name) {
        return Tables.requireValid(tablePrefix) + name;
    }

    /** The script that creates the tables of the newest version, and does nothing where they are; run alone it is enough. */
    public String print() {
        return script(transactions.dialect().name() + ".sql");
    }

    /**
     * The script that upgrades tables to {@link #VERSION}; may be repeated.
     *
     * @param installed the version that they are of: 1 to {@link #VERSION}
     */
    public String printUpgrade(int installed) {
        if (installed < 1 || installed > VERSION) {
            throw new IllegalArgumentException("installed must be between 1 and " + VERSION + ", was " + installed);
        }
        return IntStream.rangeClosed(installed + 1, VERSION)
                .mapToObj(version -> script(transactions.dialect().name() + "-upgrade-" + version + ".sql"))
                .collect(Collectors.joining());
    }

    /**
     * Creates the tables, or upgrades them to {@link #VERSION}; does nothing if they are at that version, or at a newer
     * one that this code can work with.
     *
     * @throws IllegalStateException if they are of a newer version that this code cannot work with
     * @throws io.patienthttp.StorageException if the database refuses
     */
    public void create() {
        synchronized (Schema.class) {
            transactions.inTransaction(this::createIn);
        }
    }

    private boolean createIn(Transaction transaction) {
        try {
            var connection = transaction.connection();
            transactions.dialect().lockSchema(connection, tables.prefix());
            var installed = exists(connection) ? read(connection) : Optional.<Installed>empty();
            if (installed.isPresent()) {
                requireCompatible(installed.get());
                run(connection, printUpgrade(Math.min(VERSION, installed.get().version())));
                return false;
            }
            run(connection, print());
            return true;
        } catch (SQLException e) {
            throw StorageException.of("create the tables " + tables.prefix() + "*", e);
        }
    }

    /**
     * Checks that the tables are there and of a version that this code can work with.
     *
     * @throws IllegalStateException if not; the message says what to do
     */
    public void check() {
        var installed = transactions.autocommit(
                "read the version of the tables " + tables.prefix() + "*",
                connection -> exists(connection) ? read(connection) : Optional.<Installed>empty());
        requireCompatible(installed.orElseThrow(() -> new IllegalStateException("the tables " + tables.prefix()
                + "* do not exist: create them with Schema.create(), or run the script that Schema.print() returns")));
        var version = installed.get().version();
        if (version < VERSION) {
            throw new IllegalStateException("the tables " + tables.prefix() + "* are of version " + version
                    + ", and this is code for version " + VERSION
                    + ": upgrade them with Schema.create(), or run the script that Schema.printUpgrade(" + version
                    + ") returns; code for version " + version + " can go on meanwhile");
        }
    }

    private static void requireCompatible(Installed installed) {
        if (installed.compatibleFrom() > VERSION) {
            throw new IllegalStateException("the tables are of version " + installed.version()
                    + ", which needs code for version " + installed.compatibleFrom()
                    + " or later; this is code for version "
                    + VERSION + ": upgrade Patient HTTP on this node");
        }
    }

    private boolean exists(Connection connection) throws SQLException {
        var dot = tables.prefix().indexOf('.');
        var name = tables.prefix().substring(dot + 1) + "schema";
        var schema = dot < 0 ? connection.getSchema() : tables.prefix().substring(0, dot);
        return Sql.first(
                        connection,
                        "SELECT 1 FROM information_schema.tables"
                                + " WHERE lower(table_name) = lower(?) AND lower(table_schema) = lower(?)",
                        row -> true,
                        name,
                        schema)
                .isPresent();
    }

    private Optional<Installed> read(Connection connection) throws SQLException {
        return Sql.first(
                connection,
                tables.sql(READ),
                row -> new Installed(
                        row.getInt("version"), row.getInt("compatible_from"), Sql.uuid(row, "installation_id")));
    }

    private static void run(Connection connection, String script) throws SQLException {
        try (var statement = connection.createStatement()) {
            for (var sql : script.replaceAll("(?m)--.*$", "").split(";")) {
                if (!sql.isBlank()) {
                    statement.execute(sql);
                }
            }
        }
    }

    private String script(String resource) {
        try (var stream = Schema.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalStateException("the jar has no " + resource);
            }
            var text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            var prefix = tables.prefix();
            // The name of an index must not have a schema, in contrast to the table that it is on.
            return text.replaceAll(
                            "(INDEX IF NOT EXISTS )patient_http_", "$1" + prefix.substring(prefix.indexOf('.') + 1))
                    .replace("patient_http_", prefix);
        } catch (IOException e) {
            throw new UncheckedIOException("could not read " + resource, e);
        }
    }

    private record Installed(int version, int compatibleFrom, UUID installationId) {}
}
