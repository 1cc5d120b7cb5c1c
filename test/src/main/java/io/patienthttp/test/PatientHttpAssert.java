package io.patienthttp.test;

import java.util.List;
import org.assertj.core.api.AbstractAssert;

/**
 * Assertions about the requests of a test: {@code assertThat(http).enqueued(post(url).withJson(value))}. A message shows
 * what was enqueued instead, bodies included, but never the value of a secret.
 */
public final class PatientHttpAssert extends AbstractAssert<PatientHttpAssert, TestPatientHttp> {

    private final RequestQueue queue;

    PatientHttpAssert(TestPatientHttp actual, RequestQueue queue) {
        super(actual, PatientHttpAssert.class);
        this.queue = queue;
    }

    /** At least one request like that was enqueued, and not rolled back. Whether it was delivered does not matter. */
    public PatientHttpAssert enqueued(RequestPattern expected) {
        if (found(expected).isEmpty()) {
            failWith(Messages.notEnqueued(expected, Messages.views(queue.all()), Messages.views(queue.rolledBack())));
        }
        return this;
    }

    /** Exactly that many requests like that were enqueued, and not rolled back. */
    public PatientHttpAssert enqueued(int times, RequestPattern expected) {
        var found = found(expected).size();
        if (found != times) {
            failWith("Expected " + times + " times, but found " + found + " times. "
                    + Messages.notEnqueued(expected, Messages.views(queue.all()), Messages.views(queue.rolledBack())));
        }
        return this;
    }

    /** No request like that was enqueued, or it was rolled back. */
    public PatientHttpAssert notEnqueued(RequestPattern unexpected) {
        var found = found(unexpected);
        if (!found.isEmpty()) {
            failWith(Messages.enqueuedThough(unexpected, Messages.views(found)));
        }
        return this;
    }

    /** No request at all was enqueued, or they were rolled back. */
    public PatientHttpAssert enqueuedNothing() {
        var all = queue.all();
        if (!all.isEmpty()) {
            failWith(Messages.enqueuedThough(Messages.views(all)));
        }
        return this;
    }

    private List<RecordedRequest> found(RequestPattern pattern) {
        var found = queue.all().stream()
                .filter(request -> pattern.matches(request.view()))
                .toList();
        queue.expected(found);
        return found;
    }

    /** Not as a format: the message may hold percent signs. */
    private void failWith(String message) {
        failWithMessage("%s", message);
    }
}
