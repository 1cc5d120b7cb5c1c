package io.patienthttp.faults;

import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Stores requests at a steady rate, with answers after random delays, until it is closed. */
final class Load implements AutoCloseable {

    private static final int TURNS_PER_SECOND = 10;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private volatile Throwable end;

    /** Begins. A transaction that fails, because the database is away, is not repeated. */
    Load(FaultRun run, Random chance, int perSecond, int longestDelayMillis) {
        var random = new Random(chance.nextLong()); // the threads do not change each other's course
        thread.scheduleAtFixedRate(
                () -> turn(run, perSecond / TURNS_PER_SECOND, random.nextInt(longestDelayMillis)),
                0,
                1_000 / TURNS_PER_SECOND,
                TimeUnit.MILLISECONDS);
    }

    private void turn(FaultRun run, int count, int delayMillis) {
        try {
            run.tryToEnqueue(count, delayMillis);
        } catch (Throwable e) {
            end = e;
            throw e; // no further turn follows
        }
    }

    @Override
    public void close() throws InterruptedException {
        if (end != null) {
            throw new AssertionError("the load ended too early", end);
        }
        thread.shutdown();
        if (!thread.awaitTermination(60, TimeUnit.SECONDS)) {
            throw new AssertionError("the load does not end");
        }
    }
}
