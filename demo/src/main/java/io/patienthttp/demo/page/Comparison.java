package io.patienthttp.demo.page;

import io.patienthttp.PatientHttpClient;
import io.patienthttp.demo.deliveries.Deliveries;
import io.patienthttp.demo.rest.ProcessorView;
import io.patienthttp.demo.slow.SlowApiAddress;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Runs the same requests both ways at the same time, one comparison at a time. */
@Component
class Comparison {

    private static final Duration SAMPLE_INTERVAL = Duration.ofMillis(150);

    private final PatientHttpClient client;
    private final Deliveries deliveries;
    private final ProcessorView processor;
    private final SlowApiAddress slowApi;

    private @Nullable Run current; // guarded by this

    Comparison(PatientHttpClient client, Deliveries deliveries, ProcessorView processor, SlowApiAddress slowApi) {
        this.client = client;
        this.deliveries = deliveries;
        this.processor = processor;
        this.slowApi = slowApi;
    }

    /** Starts one; returns false if one still runs and was not stopped. */
    synchronized boolean start(int requests, Duration delay) {
        if (current != null && current.isRunning()) {
            return false;
        }
        var url = slowApi.slow(delay);
        var patient = PatientRun.start(client, deliveries, url, requests);
        var run = new Run(requests, delay, BlockingRun.start(URI.create(url), requests), patient);
        current = run;
        var sampler = new Thread(() -> sample(run), "demo-comparison");
        sampler.setDaemon(true);
        sampler.start();
        return true;
    }

    /** Reads the progress on a thread of its own, so that the times are right when no page asks. */
    private void sample(Run run) {
        try {
            do {
                run.patient().side(processor.inFlight());
                Thread.sleep(SAMPLE_INTERVAL.toMillis());
            } while (run.patient().side(processor.inFlight()).running());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the blocking workers of the current one; what was enqueued is delivered all the same. */
    synchronized void stop() {
        if (current != null) {
            current.blocking().stop();
        }
    }

    /** How far the current or last one is; null if there was none. */
    synchronized @Nullable Snapshot snapshot() {
        var run = current;
        return run == null ? null : run.snapshot(processor.inFlight());
    }

    private record Run(int requests, Duration delay, BlockingRun blocking, PatientRun patient) {

        boolean isRunning() {
            return !blocking.isStopped() && (blocking.side().running() || patient.isRunning());
        }

        Snapshot snapshot(long inFlight) {
            return new Snapshot(requests, delay.toMillis() / 1000.0, blocking.side(), patient.side(inFlight));
        }
    }

    /** Both sides at one moment. */
    record Snapshot(int requests, double delay, Side blocking, Side patient) {}
}
