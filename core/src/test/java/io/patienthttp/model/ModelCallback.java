package io.patienthttp.model;

import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.Outcome;
import io.patienthttp.Response;
import java.sql.SQLException;
import java.util.UUID;

/** User code: writes one row, in the transaction that delivers, or tells somebody outside. */
final class ModelCallback implements Callback {

    /** What a call says that fails. */
    static final String FAILURE = "as the story says";

    private final Node node;
    private final MemoryTransactions transactions;
    private final boolean transactional;

    ModelCallback(Node node, MemoryTransactions transactions, boolean transactional) {
        this.node = node;
        this.transactions = transactions;
        this.transactional = transactional;
    }

    @Override
    public void onComplete(Response response) throws Exception {
        call(response, "RESPONSE");
    }

    @Override
    public void onError(Failure failure) throws Exception {
        call(failure, failure.kind().name());
    }

    private void call(Outcome outcome, String kind) throws Exception {
        var simulation = node.simulation;
        var promises = simulation.promises;
        var story = promises.story(UUID.fromString(outcome.requestId()));
        var transaction = transactions.current();
        var call = promises.calls.called(node, story, kind, transaction.isPresent());
        try {
            simulation.step();
            if (story.failingCalls > 0) {
                story.failingCalls--;
                if (simulation.flip()) {
                    throw new IllegalStateException(
                            new SQLException("conflict", simulation.flip() ? "40001" : "40P01"));
                }
                promises.calls.failed(story, call);
                throw new IllegalStateException(FAILURE);
            }
            if (transaction.isPresent()) {
                var mine = MemoryTransaction.of(transaction.get());
                simulation.database.statement(mine);
                simulation.database.effects.insert(mine, simulation.database.nextNumber(), story);
            } else {
                promises.calls.took(story, call);
            }
            simulation.step();
        } finally {
            story.calls.remove(call);
        }
    }

    @Override
    public boolean transactional() {
        return transactional;
    }
}
