package io.patienthttp.faults;

import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.Outcome;
import io.patienthttp.Response;
import io.patienthttp.spi.Transactions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;

/** Records each delivery in the application's table, inside the transaction of the delivery. */
final class DeliveryCallback implements Callback {

    static final String NAME = "delivery";

    private final Transactions transactions;
    private final String worker;
    private final String body;
    private final Deed deed;

    /**
     * A callback.
     *
     * @param worker what it writes beside the delivery
     * @param body the {@link #digest} of what all answers are; null accepts any
     * @param deed what it does after it has written
     */
    DeliveryCallback(Transactions transactions, String worker, String body, Deed deed) {
        this.transactions = transactions;
        this.worker = worker;
        this.body = body;
        this.deed = deed;
    }

    /** What a callback does beside its delivery. */
    interface Deed {

        void perform(Connection connection, String requestId) throws SQLException;
    }

    @Override
    public void onComplete(Response response) throws SQLException {
        var whole = body == null || body.equals(digest(response.bodyAsBytes()));
        store(response, whole ? "response" : "another body of " + response.bodySize() + " bytes");
    }

    /** Length and hash. */
    static String digest(byte[] body) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(body);
            return body.length + "-" + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public void onError(Failure failure) throws SQLException {
        store(failure, failure.kind().name());
    }

    private void store(Outcome outcome, String kind) throws SQLException {
        var connection = transactions.current().orElseThrow().connection();
        try (var insert = connection.prepareStatement(
                "INSERT INTO deliveries (request_id, kind, worker, at) VALUES (?, ?, ?, clock_timestamp())")) {
            insert.setString(1, outcome.requestId());
            insert.setString(2, kind);
            insert.setString(3, worker);
            insert.executeUpdate();
        }
        deed.perform(connection, outcome.requestId());
    }

    @Override
    public String name() {
        return NAME;
    }
}
