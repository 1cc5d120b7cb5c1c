package io.patienthttp.pipeline;

import io.patienthttp.Callback;
import io.patienthttp.Failure;
import io.patienthttp.Outcome;
import io.patienthttp.Response;
import io.patienthttp.processor.OutcomeJson;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Remembers what it was given; fails as often as it is told to. */
final class RecordingCallback implements Callback {

    final Map<String, List<Outcome>> outcomes = new ConcurrentHashMap<>();
    final List<String> given = new CopyOnWriteArrayList<>(); // to each run, also to one that fails, as JSON
    final AtomicInteger runs = new AtomicInteger();
    volatile int failFirst;
    volatile Duration duration = Duration.ZERO;
    volatile Runnable failure = () -> {
        throw new IllegalStateException("failure " + runs.get());
    };

    @Override
    public void onComplete(Response response) {
        take(response);
    }

    @Override
    public void onError(Failure failure) {
        take(failure);
    }

    private void take(Outcome outcome) {
        given.add(OutcomeJson.write(outcome));
        if (runs.incrementAndGet() <= failFirst) {
            failure.run();
        }
        sleep(); // as a callback does that takes its time
        outcomes.computeIfAbsent(outcome.requestId(), id -> new CopyOnWriteArrayList<>())
                .add(outcome);
    }

    private void sleep() {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    int deliveries() {
        return outcomes.values().stream().mapToInt(List::size).sum();
    }

    @Override
    public String name() {
        return "recording";
    }
}
