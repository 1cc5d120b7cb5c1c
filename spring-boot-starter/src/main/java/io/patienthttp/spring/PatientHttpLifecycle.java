package io.patienthttp.spring;

import io.patienthttp.runtime.PatientHttp;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the processor when all beans are there, and stops it before any of them is destroyed: the DataSource, and a
 * Scheduler bean of db-scheduler, whose destroy method stops it. A scheduler that starts later, when the context is
 * ready, loses nothing: callbacks wait for it.
 *
 * <p>It stops in the phase of the web server's graceful shutdown, at the same time as that one: requests of the web that
 * end then may still enqueue, which needs the database alone. So both together take no longer than one of them. Message
 * listeners and other beans of the default phase stop before, executors of Spring after.
 */
final class PatientHttpLifecycle implements SmartLifecycle {

    /** That of WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE, whose module need not be on the class path. */
    static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 1024;

    private static final Logger log = LoggerFactory.getLogger(PatientHttpLifecycle.class);

    private final PatientHttp http;

    /** Throws a {@link StartFailure} unless the shutdown timeout is below that of a phase of Spring's shutdown. */
    PatientHttpLifecycle(PatientHttp http, Duration phaseTimeout) {
        this.http = http;
        var timeout = http.settings().shutdownTimeout();
        if (timeout.compareTo(phaseTimeout) >= 0) {
            throw new StartFailure(
                    "patient-http.shutdown-timeout must be below spring.lifecycle.timeout-per-shutdown-phase ("
                            + phaseTimeout + "), was " + timeout + ": Spring would close the DataSource while requests"
                            + " are still being finished.",
                    "Lower patient-http.shutdown-timeout (default 20s), or raise"
                            + " spring.lifecycle.timeout-per-shutdown-phase (default 30s) to 10 s more than it, and the"
                            + " time that the platform gives the process to end (Kubernetes:"
                            + " terminationGracePeriodSeconds, default 30) above that.",
                    null);
        }
    }

    @Override
    public void start() {
        http.start();
    }

    @Override
    public void stop() {
        http.stop(http.settings().shutdownTimeout());
    }

    /** On a thread of its own, so that the rest of the phase stops meanwhile. */
    @Override
    public void stop(Runnable whenStopped) {
        new Thread(() -> stopThen(whenStopped), "patient-http-shutdown").start();
    }

    private void stopThen(Runnable whenStopped) {
        try {
            stop();
        } catch (RuntimeException e) {
            log.warn("Patient HTTP could not stop in order; others send its requests when its lease is over", e);
        } finally {
            whenStopped.run();
        }
    }

    @Override
    public boolean isRunning() {
        return !http.isStopped();
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
