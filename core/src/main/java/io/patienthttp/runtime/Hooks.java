package io.patienthttp.runtime;

import io.patienthttp.DeadLetter;
import io.patienthttp.Failure;
import io.patienthttp.Listener;
import io.patienthttp.Response;
import io.patienthttp.internal.observe.Events;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The short forms of a listener (parity 83, 84): many actions, in their order, each whatever the others do. */
final class Hooks implements Listener {

    private static final Logger log = LoggerFactory.getLogger(Hooks.class);

    private final List<Consumer<Response>> completions = new CopyOnWriteArrayList<>();
    private final List<Consumer<Failure>> errors = new CopyOnWriteArrayList<>();
    private final List<Consumer<DeadLetter>> deaths = new CopyOnWriteArrayList<>();

    void afterCompletion(Consumer<Response> action) {
        completions.add(Objects.requireNonNull(action, "afterCompletion must not be null"));
    }

    void afterError(Consumer<Failure> action) {
        errors.add(Objects.requireNonNull(action, "afterError must not be null"));
    }

    void onDead(Consumer<DeadLetter> action) {
        deaths.add(Objects.requireNonNull(action, "onDead must not be null"));
    }

    /** Tells these listeners, and then the hooks if there are any. */
    Events after(List<Listener> listeners) {
        var events = Events.queued();
        listeners.forEach(events::add);
        if (!completions.isEmpty() || !errors.isEmpty() || !deaths.isEmpty()) {
            events.add(this);
        }
        return events;
    }

    @Override
    public void onCompleted(String requestId, Response response) {
        run(completions, response, requestId);
    }

    @Override
    public void onFailed(String requestId, Failure failure) {
        run(errors, failure, requestId);
    }

    @Override
    public void onDead(DeadLetter letter) {
        run(deaths, letter, letter.requestId());
    }

    private static <T> void run(List<Consumer<T>> actions, T value, String requestId) {
        for (var action : actions) {
            try {
                action.accept(value);
            } catch (Throwable e) { // the application's code: the next action runs all the same
                log.warn("A hook failed for request {}", requestId, e);
            }
        }
    }
}
