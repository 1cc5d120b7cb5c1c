package io.patienthttp.internal.recover;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread {@code patient-http-heartbeat}: renews the {@link ProcessLease}. */
public final class HeartbeatThread {

    private static final Logger log = LoggerFactory.getLogger(HeartbeatThread.class);

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final ProcessLease lease;
    private final Duration heartbeat;
    private volatile CountDownLatch stopped = new CountDownLatch(1);
    private @Nullable Thread thread; // start and stop are called by one thread at a time

    /** A thread that is stopped. */
    public HeartbeatThread(ProcessLease lease, Duration heartbeat) {
        this.lease = lease;
        this.heartbeat = heartbeat;
    }

    /** Registers the process, and starts to beat. */
    public void start() {
        lease.register();
        stopped = new CountDownLatch(1);
        var started = new Thread(this::run, "patient-http-heartbeat");
        started.setDaemon(true);
        thread = started;
        started.start();
    }

    /** Ends the heartbeat, and nothing is valid any more; waits up to the timeout for a beat that is on its way. */
    public void stop(Duration timeout) throws InterruptedException {
        stopped.countDown();
        if (thread != null) {
            thread.join(Math.max(1, timeout.toMillis()));
            thread = null;
        }
        lease.end();
    }

    private void run() {
        var pause = heartbeat;
        while (!awaitStop(pause)) {
            try {
                lease.beat();
                pause = heartbeat;
            } catch (Throwable e) { // the thread survives: requests in flight go on, their outcomes wait
                log.warn("Could not renew the lease: {}. Trying again in {}", e.toString(), RETRY);
                pause = RETRY.compareTo(heartbeat) < 0 ? RETRY : heartbeat;
            }
        }
    }

    private boolean awaitStop(Duration pause) {
        try {
            return stopped.await(pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            return true; // nobody interrupts this thread but who wants it to end
        }
    }
}
