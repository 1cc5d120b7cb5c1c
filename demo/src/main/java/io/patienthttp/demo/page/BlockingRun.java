package io.patienthttp.demo.page;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The way it is usually done: a few worker threads, each of which waits for its answer before it takes the next request.
 */
final class BlockingRun {

    static final int WORKERS = 10;

    private final URI url;
    private final int requests;
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger working = new AtomicInteger(WORKERS);
    private final long start = System.nanoTime();
    private volatile long end;
    private volatile boolean stopped;

    private BlockingRun(URI url, int requests) {
        this.url = url;
        this.requests = requests;
    }

    /** Starts the workers. */
    static BlockingRun start(URI url, int requests) {
        var run = new BlockingRun(url, requests);
        for (var worker = 1; worker <= WORKERS; worker++) {
            var thread = new Thread(run::work, "demo-blocking-" + worker);
            thread.setDaemon(true);
            thread.start();
        }
        return run;
    }

    private void work() {
        try {
            while (!stopped && taken.getAndIncrement() < requests) {
                inFlight.incrementAndGet();
                try {
                    (isAnswered() ? done : failed).incrementAndGet();
                } finally {
                    inFlight.decrementAndGet();
                }
            }
        } finally {
            if (working.decrementAndGet() == 0) {
                end = System.nanoTime();
            }
        }
    }

    private boolean isAnswered() {
        try {
            var connection = (HttpURLConnection) url.toURL().openConnection();
            try (var body = connection.getInputStream()) {
                body.readAllBytes();
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends each worker after the answer that it waits for. */
    void stop() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }

    Side side() {
        var running = working.get() > 0;
        var until = running ? System.nanoTime() : end;
        return new Side(done.get(), failed.get(), inFlight.get(), (until - start) / 1e9, running);
    }
}
