package io.patienthttp.test;

import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.Outcome;
import io.patienthttp.Response;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** Keeps what it gets, after it threw as told. */
final class RecordingCallback implements Callback {

    final List<Outcome> outcomes = new ArrayList<>();
    final Deque<RuntimeException> exceptions = new ArrayDeque<>();
    Consumer<Outcome> then = outcome -> {};

    @Override
    public void onComplete(Response response) {
        take(response);
    }

    @Override
    public void onError(Failure failure) {
        take(failure);
    }

    private void take(Outcome outcome) {
        var exception = exceptions.poll();
        if (exception != null) {
            throw exception;
        }
        outcomes.add(outcome);
        then.accept(outcome);
    }

    Outcome only() {
        if (outcomes.size() != 1) {
            throw new AssertionError("one outcome was expected, there were " + outcomes);
        }
        return outcomes.get(0);
    }

    Response response() {
        return (Response) only();
    }

    Failure failure() {
        return (Failure) only();
    }
}
