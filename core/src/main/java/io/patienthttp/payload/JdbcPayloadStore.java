package io.patienthttp.payload;

import io.patienthttp.StorageException;
import io.patienthttp.jdbc.Schema;
import io.patienthttp.spi.PayloadStore;
import io.patienthttp.spi.Transaction;
import io.patienthttp.spi.Transactions;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Payloads as rows of {@code patient_http_payloads}, in the database of the requests: nothing else to run, and a payload
 * that is stored in the transaction of its request is there if and only if the request is. On PostgreSQL 13 and later and
 * H2 2.x; the table comes with {@link Schema}. Ages are those of the database's clock.
 *
 * <p>The database has to write and to vacuum what it holds: for bodies of megabytes by the thousand, prefer another store.
 */
public final class JdbcPayloadStore implements PayloadStore {

    private static final int PAGE = 1000;

    private static final String STORE = "INSERT INTO {payloads} (payload_key, payload) VALUES (?, ?)";

    private static final String FETCH = "SELECT payload FROM {payloads} WHERE payload_key = ?";

    private static final String DELETE = "DELETE FROM {payloads} WHERE payload_key = ?";

    private static final String DELETE_ALL = "DELETE FROM {payloads} WHERE payload_key = ANY (?)";

    /** Compared with the start of this transaction: that makes an age too short rather than too long. */
    private static final String LIST = """
            SELECT payload_key, created_at, CURRENT_TIMESTAMP AS read_at FROM {payloads}
            WHERE payload_key > ? AND payload_key < ? ORDER BY payload_key LIMIT ?
            """;

    private final Transactions transactions;
    private final String table;

    /**
     * A store in the table of that prefix.
     *
     * @param transactions in which it works where it is given none; may be those of the application
     * @param tablePrefix as for {@link Schema}: {@code patient_http_} unless you changed it
     * @throws IllegalArgumentException if that is no prefix
     */
    public JdbcPayloadStore(Transactions transactions, String tablePrefix) {
        this.transactions = transactions;
        this.table = Schema.table(tablePrefix, "payloads");
    }

    /** {@code jdbc}. */
    @Override
    public String name() {
        return "jdbc";
    }

    @Override
    public void store(String key, byte[] payload) {
        transactions.inTransaction(transaction -> {
            store(transaction, key, payload);
            return key;
        });
    }

    /** Joins the transaction. */
    @Override
    public void store(Transaction transaction, String key, byte[] payload) {
        in(transaction, "store payload " + key, STORE, statement -> {
            statement.setString(1, key);
            statement.setBytes(2, payload);
            return statement.executeUpdate();
        });
    }

    @Override
    public Optional<byte[]> fetch(String key) {
        return transactions.inTransaction(transaction -> in(transaction, "fetch payload " + key, FETCH, statement -> {
            statement.setString(1, key);
            try (var row = statement.executeQuery()) {
                return row.next() ? Optional.of(row.getBytes(1)) : Optional.empty();
            }
        }));
    }

    @Override
    public void delete(String key) {
        transactions.inTransaction(transaction -> in(transaction, "delete payload " + key, DELETE, statement -> {
            statement.setString(1, key);
            return statement.executeUpdate();
        }));
    }

    @Override
    public void deleteAll(Collection<String> keys) {
        transactions.inTransaction(
                transaction -> in(transaction, "delete " + keys.size() + " payloads", DELETE_ALL, statement -> {
                    var array = statement.getConnection().createArrayOf("varchar", keys.toArray());
                    statement.setArray(1, array);
                    return statement.executeUpdate();
                }));
    }

    @Override
    public Page list(String prefix, @Nullable String cursor) {
        return transactions.inTransaction(
                transaction -> in(transaction, "list payloads below " + prefix, LIST, statement -> {
                    statement.setString(1, cursor == null ? prefix : cursor);
                    statement.setString(2, prefix + '~'); // sorts behind every character of a key
                    statement.setInt(3, PAGE);
                    var payloads = new ArrayList<StoredPayload>();
                    try (var row = statement.executeQuery()) {
                        while (row.next()) {
                            payloads.add(new StoredPayload(row.getString("payload_key"), age(row)));
                        }
                    }
                    return new Page(
                            payloads,
                            payloads.size() < PAGE
                                    ? null
                                    : payloads.get(PAGE - 1).key());
                }));
    }

    private static Duration age(ResultSet row) throws SQLException {
        var age = Duration.between(
                row.getObject("created_at", OffsetDateTime.class), row.getObject("read_at", OffsetDateTime.class));
        return age.isNegative() ? Duration.ZERO : age;
    }

    private <T> T in(Transaction transaction, String tried, String sql, Action<T> action) {
        try (var statement = transaction.connection().prepareStatement(sql.replace("{payloads}", table))) {
            return action.run(statement);
        } catch (SQLException e) {
            throw StorageException.of(tried, e);
        }
    }

    /** What is done with a statement. */
    @FunctionalInterface
    private interface Action<T> {

        T run(PreparedStatement statement) throws SQLException;
    }
}
