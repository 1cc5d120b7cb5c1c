package io.patienthttp.jdbc;

import io.patienthttp.spi.RequestStore.ClaimOrder;
import io.patienthttp.spi.RequestStore.ClaimedRequest;
import io.patienthttp.spi.RequestStore.Completion;
import io.patienthttp.spi.RequestStore.Recorded;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/** What differs between databases, and only that. */
sealed interface Dialect permits PostgresDialect, H2Dialect {

    /** The name of its DDL file. */
    String name();

    /** The current time of the database, not the start of the transaction. */
    String clock();

    /** An UPDATE as a query that returns columns of the changed rows. */
    String returning(String update, String columns);

    /**
     * A statement that adds rows to those of the same key, or inserts them.
     *
     * @param rows a query of the columns, keys first
     */
    String adding(String table, List<String> keys, List<String> sums, String rows);

    /** Bounds what a transaction of ours may take, so that a frozen host cannot hold a lock for ever. */
    void limit(Connection connection, Duration statement, Duration idle) throws SQLException;

    /** Makes concurrent creations of the schema wait for each other, in the current transaction. */
    void lockSchema(Connection connection, String prefix) throws SQLException;

    /** See {@link io.patienthttp.spi.RequestStore#claim}. */
    List<ClaimedRequest> claim(Connection connection, Tables tables, ClaimOrder order) throws SQLException;

    /** See {@link io.patienthttp.spi.RequestStore#complete}; the completions are ordered by id. */
    List<Recorded> complete(
            Connection connection, Tables tables, UUID owner, List<Completion> completions, String cancelled)
            throws SQLException;

    /**
     * The dialect of the database behind the connection.
     *
     * @throws IllegalArgumentException if it is not supported
     */
    static Dialect of(Connection connection) throws SQLException {
        var product = connection.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT);
        return switch (product) {
            case "postgresql" -> new PostgresDialect();
            case "h2" -> new H2Dialect();
            default ->
                throw new IllegalArgumentException("the database must be PostgreSQL or H2, was "
                        + connection.getMetaData().getDatabaseProductName());
        };
    }
}
