package io.patienthttp.demo.headless;

import io.patienthttp.demo.deliveries.Batch.Progress;
import java.util.Locale;

/** The one line that a run ends with. */
final class Summary {

    private Summary() {}

    static String of(Progress progress, double seconds) {
        return String.format(
                Locale.ROOT,
                "%d requests, %d delivered, %d duplicates, %d lost, %.1f seconds, %.0f requests per second",
                progress.requests(),
                progress.delivered(),
                progress.duplicates(),
                progress.missing(),
                seconds,
                progress.delivered() / seconds);
    }
}
