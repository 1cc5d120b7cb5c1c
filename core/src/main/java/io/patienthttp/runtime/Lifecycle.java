package io.patienthttp.runtime;

import io.patienthttp.LifecycleState;
import io.patienthttp.jdbc.JdbcTransactions;
import io.patienthttp.jdbc.Schema;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts and stops the {@link Pipeline}, one call at a time. Safe for all threads. */
final class Lifecycle {

    private static final Logger log = LoggerFactory.getLogger(Lifecycle.class);

    private final Schema schema;
    private final Pipeline pipeline;
    private final JdbcTransactions heartbeats;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile LifecycleState state = LifecycleState.STOPPED;

    Lifecycle(Schema schema, Pipeline pipeline, JdbcTransactions heartbeats) {
        this.schema = schema;
        this.pipeline = pipeline;
        this.heartbeats = heartbeats;
    }

    void start() {
        lock.lock();
        try {
            if (state != LifecycleState.STOPPED) {
                return;
            }
            state = LifecycleState.STARTING;
            schema.check();
            pipeline.start();
            state = LifecycleState.RUNNING;
            log.info("Patient HTTP {} runs with up to {} requests in flight", PatientHttp.VERSION, pipeline.capacity());
        } catch (RuntimeException | Error e) {
            undo(e);
            throw e;
        } finally {
            lock.unlock();
        }
    }

    private void undo(Throwable cause) {
        try {
            pipeline.stop(Duration.ZERO);
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
        heartbeats.giveBackConnection();
        state = LifecycleState.STOPPED;
    }

    void drain() {
        lock.lock();
        try {
            if (state == LifecycleState.RUNNING) {
                state = LifecycleState.DRAINING;
                pipeline.drain();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    void stop(Duration timeout) {
        lock.lock();
        try {
            if (state == LifecycleState.STOPPED) {
                return;
            }
            state = LifecycleState.STOPPING;
            pipeline.stop(timeout);
            log.info("Patient HTTP stopped");
        } finally {
            heartbeats.giveBackConnection();
            state = LifecycleState.STOPPED;
            lock.unlock();
        }
    }

    LifecycleState state() {
        return state;
    }
}
