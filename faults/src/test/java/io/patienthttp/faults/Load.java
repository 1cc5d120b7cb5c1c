package io.patienthttp.faults;

import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Stores requests at a steady rate, with answers after random delays, until it is closed. */
final class Load implements AutoCloseable {

    private static final int TURNS_PER_SECOND = 10;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();

    /** Begins. A transaction that fails, because the database is away, is not repeated. */
    Load(FaultRun run, Random random, int perSecond, int longestDelayMillis) {
        thread.scheduleAtFixedRate(
                () -> run.tryToEnqueue(perSecond / TURNS_PER_SECOND, random.nextInt(longestDelayMillis)),
                0,
                1_000 / TURNS_PER_SECOND,
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() throws InterruptedException {
        thread.shutdown();
        if (!thread.awaitTermination(60, TimeUnit.SECONDS)) {
            throw new AssertionError("the load does not end");
        }
    }
}
