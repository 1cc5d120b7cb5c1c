package io.patienthttp.internal.deliver;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread {@code patient-http-recorder}: has {@link GroupCommit} write. */
public final class RecorderThread {

    private static final Logger log = LoggerFactory.getLogger(RecorderThread.class);

    /** A transaction begins this long after the last one began, or later: under load more share a commit. */
    private static final Duration PACE = Duration.ofMillis(10);

    /** The same while there are many changes. */
    private static final Duration BUSY_PACE = Duration.ofMillis(50);

    private static final int MANY = 30;

    private static final Duration IDLE_POLL = Duration.ofSeconds(1);

    private final GroupCommit commits;
    private volatile @Nullable Thread thread;

    /** A thread that is stopped. */
    public RecorderThread(GroupCommit commits) {
        this.commits = commits;
    }

    /** Starts the thread. */
    public void start() {
        commits.open();
        var started = new Thread(this::run, "patient-http-recorder");
        started.setDaemon(true);
        thread = started;
        started.start();
    }

    /** Waits until everything is written; false if it is not at the timeout. */
    public boolean flush(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (commits.unwritten() > 0) {
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            Thread.sleep(5);
        }
        return true;
    }

    /**
     * Ends the thread once everything is written, or at the timeout: outcomes that are not written by then are lost, and
     * their requests sent again by who claims them next.
     */
    public void stop(Duration timeout) throws InterruptedException {
        if (!flush(timeout)) {
            log.warn("{} changes could not be written before the stop", commits.unwritten());
        }
        commits.close();
        var stopped = thread;
        if (stopped != null) {
            stopped.interrupt();
            stopped.join(Math.max(1, timeout.toMillis()));
            thread = null;
        }
        commits.giveUpWhatWaits();
    }

    private void run() {
        try {
            while (commits.isOpen()) {
                int changes = commits.take(IDLE_POLL);
                if (commits.hasInHand()) {
                    long begin = System.nanoTime();
                    writeWhatIsInHand();
                    var pace = changes < MANY ? PACE : BUSY_PACE;
                    pause(pace.toNanos() - (System.nanoTime() - begin));
                }
            }
        } catch (InterruptedException e) {
            commits.giveUpInHand(); // stop() says what happens to the requests
        }
    }

    private void writeWhatIsInHand() throws InterruptedException {
        while (commits.hasInHand()) {
            pause(commits.write().toNanos());
        }
    }

    private static void pause(long nanos) throws InterruptedException {
        if (nanos > 0) {
            TimeUnit.NANOSECONDS.sleep(nanos);
        }
    }
}
