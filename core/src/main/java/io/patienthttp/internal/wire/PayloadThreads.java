package io.patienthttp.internal.wire;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The threads that wait for payload stores: {@code patient-http-payload-<store>-*}, some for each store, so that one that
 * is slow keeps none from the others. They end when idle. Safe for all threads.
 */
public final class PayloadThreads {

    private static final int THREADS = 4;

    private final Function<String, Executor> make;
    private final Map<String, Executor> executors = new ConcurrentHashMap<>();

    /** Threads of their own for each store. */
    public PayloadThreads() {
        this(PayloadThreads::pool);
    }

    /** All stores on these threads. */
    public PayloadThreads(Executor threads) {
        this(store -> threads);
    }

    private PayloadThreads(Function<String, Executor> make) {
        this.make = make;
    }

    /** The threads for what the reference refers to. */
    public Executor of(String reference) {
        return ofStore(Envelope.storeOf(reference));
    }

    /** The threads for a store. */
    public Executor ofStore(String name) {
        return executors.computeIfAbsent(name, make);
    }

    /** Threads that write and read large values, and wait for no store. */
    public Executor large() {
        return ofStore("");
    }

    private static Executor pool(String store) {
        var number = new AtomicInteger();
        var name = store.isEmpty() ? "patient-http-large-" : "patient-http-payload-" + store + "-";
        var pool = new ThreadPoolExecutor(THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            var thread = new Thread(task, name + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
