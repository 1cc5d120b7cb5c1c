package io.patienthttp.internal.observe;

import io.patienthttp.HttpFailure;
import io.patienthttp.Listener;
import io.patienthttp.Outcome;
import io.patienthttp.RedirectFailure;
import io.patienthttp.Response;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Tells listeners what happened, in the order in which it is told here, and never on the thread to which it happened, so
 * that a listener that throws, is slow or hangs harms nothing, and no other listener. Without listeners nothing is done.
 * Safe for all threads.
 */
public final class Events {

    /** How long a stop waits for listeners: what they were told may be all that is left of what happened. */
    public static final Duration LAST_WORDS = Duration.ofMillis(500);

    private final List<Recipient> recipients = new CopyOnWriteArrayList<>();
    private final Function<Listener, Recipient> recipient;

    private Events(Function<Listener, Recipient> recipient) {
        this.recipient = recipient;
    }

    /** Each listener has a queue and a thread; see {@link Mailbox}. */
    public static Events queued() {
        return new Events(Mailbox::new);
    }

    /** Listeners are called on the calling thread, for where there is no other one: scripts, tests, simulations. */
    public static Events direct() {
        return new Events(Direct::new);
    }

    /**
     * Adds who is told from now on.
     *
     * @throws IllegalArgumentException if it was added before (parity 32)
     */
    public synchronized void add(Listener listener) {
        if (recipients.stream().anyMatch(known -> known.listener().equals(listener))) {
            throw new IllegalArgumentException("listener must not be added twice, was " + listener);
        }
        recipients.add(listener instanceof Relay relay ? relay : recipient.apply(listener));
    }

    /** Added to other events, has the listeners of these told what is told there, in one order with what is told here. */
    public Listener relay() {
        return new Relay(this);
    }

    /** Whether anybody listens. Asked before anything is made for listeners. */
    public boolean isHeard() {
        return !recipients.isEmpty();
    }

    /** Tells all listeners. Neither throws nor waits. */
    public void tell(Consumer<Listener> event) {
        tell(event, 0);
    }

    /**
     * Tells all listeners.
     *
     * @param bytes of bodies that the event keeps in memory
     */
    public void tell(Consumer<Listener> event, int bytes) {
        for (var told : recipients) {
            told.tell(event, bytes);
        }
    }

    /** Tells that one alone. */
    public void tell(Listener listener, Consumer<Listener> event) {
        for (var told : recipients) {
            if (told.listener().equals(listener)) {
                told.tell(event, 0);
            }
        }
    }

    /** Waits until all that was told has been heard; false if it is not at the timeout. */
    public boolean flush(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (recipients.stream().anyMatch(Recipient::isBusy)) {
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
        return true;
    }

    /** The bytes of the body that an outcome holds. */
    public static int bytes(Outcome outcome) {
        if (outcome instanceof Response response) {
            return response.bodySize();
        }
        if (outcome instanceof HttpFailure failure) {
            return failure.response().bodySize();
        }
        return outcome instanceof RedirectFailure failure ? failure.response().bodySize() : 0;
    }

    /** Who is told. */
    interface Recipient {

        Listener listener();

        /** Neither throws nor waits. */
        void tell(Consumer<Listener> event, int bytes);

        /** Whether it has not heard all that it was told. */
        boolean isBusy();
    }

    private record Relay(Events events) implements Recipient, Listener {

        @Override
        public Listener listener() {
            return this;
        }

        @Override
        public void tell(Consumer<Listener> event, int bytes) {
            events.tell(event, bytes);
        }

        /** Who stops those events waits for them. */
        @Override
        public boolean isBusy() {
            return false;
        }
    }

    private record Direct(Listener listener) implements Recipient {

        @Override
        public void tell(Consumer<Listener> event, int bytes) {
            try {
                event.accept(listener);
            } catch (Throwable e) { // the application's code
                Mailbox.logFailure(listener, e);
            }
        }

        @Override
        public boolean isBusy() {
            return false;
        }
    }
}
