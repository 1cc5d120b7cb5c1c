package io.patienthttp.model;

import java.util.ArrayList;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** Runs many simulations, on all processors: seeds from 1. */
final class Runs {

    private static final int ENOUGH = 5;

    private Runs() {}

    /** Seeds and the promises that they break, until enough are found; the first of them does not depend on threads. */
    static NavigableMap<Long, String> broken(Bug bug, long count, int enough) throws InterruptedException {
        var next = new AtomicLong();
        var broken = new ConcurrentSkipListMap<Long, String>();
        var workers = new ArrayList<Thread>();
        var failure = new ConcurrentSkipListMap<Long, Throwable>();
        for (int i = 0; i < Math.max(2, Runtime.getRuntime().availableProcessors()); i++) {
            var worker = new Thread(() -> work(bug, count, enough, next, broken), "model");
            worker.setUncaughtExceptionHandler((thread, e) -> failure.put(next.get(), e));
            worker.start();
            workers.add(worker);
        }
        for (var worker : workers) {
            worker.join();
        }
        failure.forEach((seed, e) -> {
            throw new IllegalStateException("at or before seed " + seed, e);
        });
        return new TreeMap<>(broken);
    }

    static NavigableMap<Long, String> broken(Bug bug, long count) throws InterruptedException {
        return broken(bug, count, ENOUGH);
    }

    private static void work(Bug bug, long count, int enough, AtomicLong next, Map<Long, String> broken) {
        try (var stacks = new Stacks("model")) {
            for (long seed = next.incrementAndGet();
                    seed <= count && broken.size() < enough;
                    seed = next.incrementAndGet()) {
                var promise = new Simulation(seed, bug, stacks, null).run();
                if (promise != null) {
                    broken.put(seed, promise);
                }
            }
        }
    }
}
