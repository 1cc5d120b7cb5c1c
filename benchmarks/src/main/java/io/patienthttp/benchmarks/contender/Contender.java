package io.patienthttp.benchmarks.contender;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** One way to have requests sent and their results stored. */
interface Contender extends AutoCloseable {

    /** Creates what it needs in an empty database. */
    void createTables() throws SQLException;

    /** Begins to do what was stored, and what will be. */
    void start() throws Exception;

    /** Stores that many requests to the URL in the transaction; returns the ids that the server will see. */
    List<String> store(Connection transaction, String url, int count) throws SQLException;

    /** The transaction has committed. */
    void wake();

    @Override
    void close() throws Exception;
}
