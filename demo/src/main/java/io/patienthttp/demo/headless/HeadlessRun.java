package io.patienthttp.demo.headless;

import io.patienthttp.Method;
import io.patienthttp.PatientHttpClient;
import io.patienthttp.Request;
import io.patienthttp.demo.deliveries.Batch;
import io.patienthttp.demo.deliveries.Batch.Progress;
import io.patienthttp.demo.deliveries.Deliveries;
import io.patienthttp.demo.deliveries.DemoCallback;
import io.patienthttp.demo.slow.SlowApiAddress;
import java.time.Duration;
import java.util.Collections;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** Enqueues a batch, waits until it is delivered, and says how it went. */
@Component
public class HeadlessRun {

    private static final Duration PAUSE = Duration.ofMillis(100);

    /** A query for the progress may take a tenth of the time between two of them. */
    private static final int PAUSE_PER_QUERY = 10;

    /** Without any delivery for that long, on top of the delay, the rest counts as lost. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final PatientHttpClient client;
    private final Deliveries deliveries;
    private final SlowApiAddress slowApi;

    HeadlessRun(PatientHttpClient client, Deliveries deliveries, SlowApiAddress slowApi) {
        this.client = client;
        this.deliveries = deliveries;
        this.slowApi = slowApi;
    }

    /** Returns whether each request was delivered exactly once. */
    public boolean run(RunOptions options) {
        var request = Request.builder(Method.GET, options.url().orElseGet(() -> slowApi.slow(options.delay())))
                .callback(DemoCallback.class)
                .timeout(options.delay().plus(Duration.ofSeconds(60)))
                .build();
        var output = ProgressOutput.of(System.out, Terminal.isAttached());

        var start = System.nanoTime();
        var batch = Batch.enqueue(client, deliveries, Collections.nCopies(options.requests(), request));
        var progress = await(batch, options.delay().plus(PATIENCE), output);
        var seconds = (System.nanoTime() - start) / 1e9;

        output.end();
        System.out.println(Summary.of(progress, seconds));
        return progress.isComplete() && progress.duplicates() == 0;
    }

    private static Progress await(Batch batch, Duration patience, ProgressOutput output) {
        var progress = new Progress(batch.ids().size(), 0, 0);
        var lastChange = System.nanoTime();
        while (!progress.isComplete() && System.nanoTime() - lastChange < patience.toNanos()) {
            var asked = System.nanoTime();
            var next = next(batch, progress);
            var took = System.nanoTime() - asked;
            if (next.delivered() != progress.delivered()) {
                lastChange = System.nanoTime();
            }
            progress = next;
            output.show(progress);
            if (!progress.isComplete() && !pause(Math.max(PAUSE.toNanos(), took * PAUSE_PER_QUERY))) {
                break;
            }
        }
        return progress;
    }

    /** A database that is away, or closed because we are told to end, is no progress; the run waits for it. */
    private static Progress next(Batch batch, Progress before) {
        try {
            return batch.progress();
        } catch (DataAccessException e) {
            return before;
        }
    }

    private static boolean pause(long nanos) {
        try {
            Thread.sleep(Duration.ofNanos(nanos).toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
