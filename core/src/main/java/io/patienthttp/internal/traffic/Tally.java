package io.patienthttp.internal.traffic;

import io.patienthttp.Failure;
import io.patienthttp.HttpFailure;
import io.patienthttp.Outcome;
import io.patienthttp.RejectedFailure;
import io.patienthttp.Response;
import io.patienthttp.Traffic;
import java.time.Duration;
import java.util.Arrays;

/** Counts outcomes. For one thread at a time. */
final class Tally {

    private long requests;
    private long clientErrors;
    private long serverErrors;
    private long timeouts;
    private long otherFailures;
    private Duration total = Duration.ZERO;
    private final long[] histogram = new long[Traffic.BOUNDS.size() + 1];

    void count(Outcome outcome) {
        requests++;
        if (outcome instanceof Response response) {
            countStatus(response.status());
        } else if (outcome instanceof HttpFailure failure) {
            countStatus(failure.response().status());
        } else if (isTimeout((Failure) outcome)) {
            timeouts++;
        } else {
            otherFailures++;
        }
        if (!(outcome instanceof RejectedFailure)) { // of no exchange that came to an end by itself
            total = total.plus(outcome.duration());
            histogram[bucket(outcome.duration())]++;
        }
    }

    private void countStatus(int status) {
        if (status >= 500) {
            serverErrors++;
        } else if (status >= 400) {
            clientErrors++;
        }
    }

    private static boolean isTimeout(Failure failure) {
        return failure.kind() == Failure.Kind.TIMEOUT || failure.kind() == Failure.Kind.CONNECT_TIMEOUT;
    }

    private static int bucket(Duration duration) {
        int bucket = 0;
        while (bucket < Traffic.BOUNDS.size() && duration.compareTo(Traffic.BOUNDS.get(bucket)) > 0) {
            bucket++;
        }
        return bucket;
    }

    void add(Tally other) {
        requests += other.requests;
        clientErrors += other.clientErrors;
        serverErrors += other.serverErrors;
        timeouts += other.timeouts;
        otherFailures += other.otherFailures;
        total = total.plus(other.total);
        Arrays.setAll(histogram, i -> histogram[i] + other.histogram[i]);
    }

    Traffic traffic() {
        return new Traffic(
                requests,
                clientErrors,
                serverErrors,
                timeouts,
                otherFailures,
                total,
                Arrays.stream(histogram).boxed().toList());
    }
}
