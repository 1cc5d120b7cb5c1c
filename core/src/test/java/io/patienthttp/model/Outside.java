package io.patienthttp.model;

import io.patienthttp.RequestState;
import io.patienthttp.internal.deliver.Announcer;
import io.patienthttp.internal.observe.Events;
import io.patienthttp.internal.recover.Reach;
import io.patienthttp.internal.wire.Envelope;
import io.patienthttp.internal.wire.RowReader;
import io.patienthttp.runtime.OperationsAccess;
import java.util.List;

/** What those do who are no processors: a client that enqueues and cancels, an operator of dead requests. */
final class Outside {

    private final Simulation simulation;
    private final Actor client = new Actor("client", null);
    private final Actor operator = new Actor("operator", null);
    private final OperationsAccess access;
    private final MemoryStore store;

    Outside(Simulation simulation) {
        this.simulation = simulation;
        var transactions = new MemoryTransactions(simulation.database, this);
        this.store = simulation.bug.store(transactions, Stories.OUTCOMES);
        var silent = new Announcer(store, new RowReader(Envelope.plain()), Events.direct());
        this.access = OperationsAccess.on(
                new Reach(store, transactions, silent), simulation.bug.queue(transactions, "outside"));
    }

    void submit(Story story) {
        simulation.perform(client, "enqueue " + story, () -> {
            store.transactions.inTransaction(transaction -> {
                store.insert(transaction, List.of(story.request));
                return story.submitted;
            });
        });
        story.submitted = story.accepted;
    }

    void cancel(Story story) {
        simulation.perform(client, "cancel " + story, () -> {
            int life = story.life;
            var answer = access.cancel(story.request.id());
            if (life == story.life) {
                simulation.promises.answered(story, answer);
            }
        });
    }

    /** What an operator does with a dead request. */
    void operate(Story story, int what) {
        var id = story.request.id().toString();
        if (story.seen == null || story.seen.state != RequestState.DEAD) {
            return;
        }
        switch (what) {
            case 0, 1 ->
                simulation.perform(operator, "deliver again " + story, () -> access.operations()
                        .deliverAgain(id));
            case 2, 3 ->
                simulation.perform(operator, "send again " + story, () -> access.operations()
                        .sendAgain(id));
            default ->
                simulation.perform(operator, "delete " + story, () -> {
                    story.deleted = true;
                    access.operations().delete(id);
                });
        }
    }
}
