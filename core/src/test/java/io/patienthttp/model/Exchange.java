package io.patienthttp.model;

import io.patienthttp.Headers;
import io.patienthttp.Response;
import io.patienthttp.internal.claim.ClaimedTask;
import io.patienthttp.spi.Sending;
import io.patienthttp.spi.Sent;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** One attempt to send a request. The simulation says when it goes on. */
final class Exchange implements Sending {

    private static final URI TARGET = URI.create("http://slow/");

    final Node node;
    final ClaimedTask task;
    final Story story;
    long sentAt;
    private final CompletableFuture<Sent> result = new CompletableFuture<>();
    private boolean sent;
    private boolean released;

    Exchange(Node node, ClaimedTask task, Story story) {
        this.node = node;
        this.task = task;
        this.story = story;
    }

    /** Whether its server works on it, as far as its process knows. */
    boolean isOnItsWay() {
        return sent && !result.isDone();
    }

    boolean isDone() {
        return result.isDone();
    }

    boolean isReleased() {
        return released;
    }

    /** Sends it, or has it answered. */
    void proceed(Simulation simulation) {
        if (sent) {
            if (story.poison) {
                simulation.kill(node, "the answer of " + story);
            } else {
                result.complete(new Sent.Done(answer()));
            }
        } else if (!node.lease.isValid(task.owner())) {
            abort();
        } else if (story.unpreparedTimes > 0) {
            story.unpreparedTimes--;
            result.complete(new Sent.Unprepared("no secret"));
        } else {
            sent = true;
            sentAt = simulation.now();
            simulation.promises.sends.sent(this);
        }
    }

    private Response answer() {
        var text = story.refused ? MemoryStore.REFUSED : "";
        return Response.builder(task.details(), 200)
                .headers(Headers.of(Map.of("answer", List.of(mark(task.ref().epoch()) + text))))
                .build();
    }

    /** How an answer says which claim it belongs to. */
    static String mark(int epoch) {
        return "of-claim-" + epoch + ".";
    }

    @Override
    public CompletionStage<Sent> result() {
        return result;
    }

    @Override
    public void abort() {
        result.complete(new Sent.Aborted());
    }

    @Override
    public void release() {
        node.simulation.promises.sends.freed(this);
        released = true;
        node.exchanges.remove(this);
    }
}
