package io.patienthttp.faults;

import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.Outcome;
import io.patienthttp.Response;
import io.patienthttp.spi.Transactions;
import java.sql.Connection;
import java.sql.SQLException;

/** Records each delivery in the application's table, inside the transaction of the delivery. */
final class DeliveryCallback implements Callback {

    static final String NAME = "delivery";

    private final Transactions transactions;
    private final String worker;
    private final Deed deed;

    /**
     * A callback.
     *
     * @param worker what it writes beside the delivery
     * @param deed what it does after it has written
     */
    DeliveryCallback(Transactions transactions, String worker, Deed deed) {
        this.transactions = transactions;
        this.worker = worker;
        this.deed = deed;
    }

    /** What a callback does beside its delivery. */
    interface Deed {

        void perform(Connection connection, String requestId) throws SQLException;
    }

    @Override
    public void onComplete(Response response) throws SQLException {
        store(response, "response");
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
