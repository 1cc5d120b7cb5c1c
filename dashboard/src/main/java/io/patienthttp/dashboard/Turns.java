package io.patienthttp.dashboard;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Lets few users read the database at the same time, so that a page that many keep loading leaves the connections of the
 * pool to the pipeline. Safe for all threads.
 */
final class Turns {

    private static final int AT_ONCE = 2;

    private final Semaphore free = new Semaphore(AT_ONCE);
    private final Duration longestWait;

    Turns(Duration longestWait) {
        this.longestWait = longestWait;
    }

    /**
     * Reads when it is its turn.
     *
     * @throws BusyException if that does not come
     */
    <T> T take(Supplier<T> read) {
        try {
            if (!free.tryAcquire(longestWait.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new BusyException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BusyException();
        }
        try {
            return read.get();
        } finally {
            free.release();
        }
    }

    /** Others read. */
    static final class BusyException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        BusyException() {
            super("Others read at the moment: try again.");
        }
    }
}
