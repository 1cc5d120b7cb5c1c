package io.patienthttp.pipeline;

import io.patienthttp.DeadLetter;
import io.patienthttp.Failure;
import io.patienthttp.Listener;
import io.patienthttp.Outcome;
import io.patienthttp.Request;
import io.patienthttp.Response;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** Remembers what it is told: of each request in words, and of the process; and on which threads. */
final class Told implements Listener {

    final List<String> all = new CopyOnWriteArrayList<>();
    final List<String> threads = new CopyOnWriteArrayList<>();

    private void add(String what) {
        threads.add(Thread.currentThread().getName());
        all.add(what);
    }

    /** What was told of one request, without its id. */
    List<String> of(String id) {
        return all.stream()
                .filter(what -> what.startsWith(id + " "))
                .map(what -> what.substring(id.length() + 1))
                .toList();
    }

    void await(String id, String what) {
        await(id + " " + what);
    }

    void await(String what) {
        Awaitility.await(what).atMost(Duration.ofSeconds(60)).until(() -> all.contains(what));
    }

    @Override
    public void onStart() {
        add("start");
    }

    @Override
    public void onStop() {
        add("stop");
    }

    @Override
    public void onClaim(int requests) {
        add("claim of " + requests);
    }

    @Override
    public void onReclaimed(String deadProcessId, int requests) {
        add("reclaimed " + requests + " of " + deadProcessId);
    }

    @Override
    public void onLeaseLost(String processId) {
        add("lost the lease of " + processId);
    }

    @Override
    public void onEnqueued(String requestId, Request request) {
        add(requestId + " enqueued " + request.method());
    }

    @Override
    public void onClaimed(String requestId, int attempt, Duration delay) {
        add(requestId + " claimed " + attempt + (delay.isNegative() ? " too early" : ""));
    }

    @Override
    public void onRequestStart(String requestId, Request request) {
        add(requestId + " start " + request.method());
    }

    @Override
    public void onRequestEnd(String requestId, Request request, Optional<Outcome> outcome) {
        add(requestId + " end "
                + outcome.map(found -> found instanceof Failure ? "failure" : "response")
                        .orElse("-"));
    }

    @Override
    public void onReleased(String requestId) {
        add(requestId + " released");
    }

    @Override
    public void onCompleted(String requestId, Response response) {
        add(requestId + " completed " + response.status() + " "
                + response.requestId().equals(requestId));
    }

    @Override
    public void onFailed(String requestId, Failure failure) {
        add(requestId + " failed " + failure.kind() + " " + failure.requestId().equals(requestId));
    }

    @Override
    public void onRetried(String requestId, int run, Duration duration, Duration backoff) {
        add(requestId + " retried " + run + " " + backoff.toMillis());
    }

    @Override
    public void onDelivered(String requestId, Duration duration) {
        add(requestId + " delivered" + (duration.isNegative() || duration.isZero() ? " in no time" : ""));
    }

    @Override
    public void onDead(DeadLetter letter) {
        add(letter.requestId() + " dead " + letter.callback() + " " + letter.runs());
    }
}
