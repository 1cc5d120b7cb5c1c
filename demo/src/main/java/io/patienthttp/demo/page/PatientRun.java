package io.patienthttp.demo.page;

import io.patienthttp.Method;
import io.patienthttp.PatientHttpClient;
import io.patienthttp.Request;
import io.patienthttp.demo.deliveries.Batch;
import io.patienthttp.demo.deliveries.Deliveries;
import io.patienthttp.demo.deliveries.DemoCallback;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/** The same requests through Patient HTTP: enqueued in one batch, observed in the table of deliveries. */
final class PatientRun {

    private final Batch batch;
    private final long start;
    private @Nullable Side last; // guarded by this

    private PatientRun(Batch batch, long start) {
        this.batch = batch;
        this.start = start;
    }

    /** Enqueues the requests. */
    static PatientRun start(PatientHttpClient client, Deliveries deliveries, String url, int requests) {
        var start = System.nanoTime();
        var request =
                Request.builder(Method.GET, url).callback(DemoCallback.class).build();
        return new PatientRun(Batch.enqueue(client, deliveries, Collections.nCopies(requests, request)), start);
    }

    /** Whether it ran when the progress was read last. */
    synchronized boolean isRunning() {
        return last == null || last.running();
    }

    /** Reads the progress, until all are delivered. */
    synchronized Side side(long inFlight) {
        var side = last;
        if (side == null || side.running()) {
            var progress = batch.progress();
            var waiting = (int) Math.min(inFlight, progress.missing());
            var seconds = (System.nanoTime() - start) / 1e9;
            side = new Side(progress.delivered(), 0, waiting, seconds, !progress.isComplete());
            last = side;
        }
        return side;
    }
}
