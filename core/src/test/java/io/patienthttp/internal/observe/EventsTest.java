package io.patienthttp.internal.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.patienthttp.Listener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventsTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private final CountDownLatch released = new CountDownLatch(1);

    @AfterEach
    void release() {
        released.countDown();
    }

    @Test
    void aListenerIsToldInOrderOnItsOwnThread() throws Exception {
        var events = Events.queued();
        var listener = new Remembering();
        events.add(listener);

        IntStream.range(0, 1_000).forEach(i -> events.tell(told -> told.onReleased("r" + i)));

        assertThat(events.flush(SOON)).isTrue();
        assertThat(listener.told)
                .isEqualTo(IntStream.range(0, 1_000).mapToObj(i -> "r" + i).toList());
        assertThat(listener.threads).containsOnly("patient-http-events");
    }

    @Test
    void whatOneListenerThrowsOrHowLongItTakesIsNothingToOthers() throws Exception {
        var events = Events.queued();
        var hanging = new Hanging();
        events.add(hanging);
        events.add(new Listener() {
            @Override
            public void onReleased(String requestId) {
                throw new AssertionError("boom");
            }
        });
        var last = new Remembering();
        events.add(last);

        events.tell(listener -> listener.onReleased("a"));
        events.tell(listener -> listener.onReleased("b"));

        await().atMost(SOON).until(() -> last.told.equals(List.of("a", "b")));
        assertThat(events.flush(Duration.ofMillis(50))).as("one of them hangs").isFalse();
        released.countDown();
        assertThat(events.flush(SOON)).isTrue();
        assertThat(hanging.told).containsExactly("a", "b");
    }

    @Test
    void whatAListenerCannotTakeIsDroppedAndCounted() throws Exception {
        var hanging = new Hanging();
        var mailbox = new Mailbox(hanging);
        mailbox.tell(listener -> listener.onReleased("first"), 0);
        await().atMost(SOON).until(() -> hanging.entered.getCount() == 0);

        for (int i = 0; i < Mailbox.MOST_EVENTS + 3; i++) {
            mailbox.tell(listener -> listener.onReleased("next"), 0);
        }

        assertThat(mailbox.dropped()).isEqualTo(3);
        released.countDown();
        await().atMost(SOON).until(() -> !mailbox.isBusy());
        assertThat(hanging.told).hasSize(1 + Mailbox.MOST_EVENTS);
    }

    @Test
    void bodiesThatWaitAreBoundedButOneThatIsLargerWaitsAlone() {
        var hanging = new Hanging();
        var mailbox = new Mailbox(hanging);

        mailbox.tell(listener -> listener.onReleased("large"), 2 * Mailbox.MOST_BYTES);
        mailbox.tell(listener -> listener.onReleased("body"), 1);
        mailbox.tell(listener -> listener.onReleased("none"), 0);

        assertThat(mailbox.dropped()).isEqualTo(1);
        released.countDown();
        await().atMost(SOON).until(() -> !mailbox.isBusy());
        mailbox.tell(listener -> listener.onReleased("again"), Mailbox.MOST_BYTES);
        await().atMost(SOON).until(() -> !mailbox.isBusy());
        assertThat(hanging.told).containsExactly("large", "none", "again");
    }

    @Test
    void aListenerIsAddedOnce() {
        var events = Events.queued();
        var listener = new Remembering();
        events.add(listener);

        assertThatThrownBy(() -> events.add(listener)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRelayTellsTheListenersOfOthersInOneOrder() throws Exception {
        var all = Events.queued();
        var listener = new Remembering();
        all.add(listener);
        var some = Events.queued();
        some.add(all.relay());

        all.tell(told -> told.onReleased("a"));
        some.tell(told -> told.onReleased("b"));
        all.tell(told -> told.onReleased("c"));

        assertThat(all.flush(SOON)).isTrue();
        assertThat(listener.told).containsExactly("a", "b", "c");
    }

    @Test
    void whereThereIsNoOtherThreadItIsToldOnTheCallingOne() {
        var events = Events.direct();
        var listener = new Remembering();
        events.add(listener);
        events.add(new Listener() {
            @Override
            public void onReleased(String requestId) {
                throw new IllegalStateException("boom");
            }
        });

        events.tell(told -> told.onReleased("a"));

        assertThat(listener.told).containsExactly("a");
        assertThat(listener.threads).containsExactly(Thread.currentThread().getName());
    }

    private static class Remembering implements Listener {

        final List<String> told = new CopyOnWriteArrayList<>();
        final List<String> threads = new CopyOnWriteArrayList<>();

        @Override
        public void onReleased(String requestId) {
            told.add(requestId);
            threads.add(Thread.currentThread().getName());
        }
    }

    private final class Hanging extends Remembering {

        final CountDownLatch entered = new CountDownLatch(1);

        @Override
        public void onReleased(String requestId) {
            entered.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            super.onReleased(requestId);
        }
    }
}
