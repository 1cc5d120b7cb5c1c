package io.patienthttp.processor;

import io.patienthttp.Listener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who is told what the processor does; what they throw is logged and dropped (parity 32). */
final class Listeners {

    private static final Logger log = LoggerFactory.getLogger(Listeners.class);

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    void add(Listener listener) {
        if (listeners.contains(listener)) {
            throw new IllegalArgumentException("listener must not be added twice, was " + listener);
        }
        listeners.add(listener);
    }

    void tell(Consumer<Listener> event) {
        listeners.forEach(listener -> tell(listener, event));
    }

    void tell(Listener listener, Consumer<Listener> event) {
        try {
            event.accept(listener);
        } catch (Throwable e) { // the application's code: a task must not be lost by it
            log.warn("Listener {} failed", listener, e);
        }
    }
}
