package io.patienthttp.test;

import io.patienthttp.CancelResult;
import io.patienthttp.DeadLetter;
import io.patienthttp.Failure;
import io.patienthttp.Outcome;
import io.patienthttp.OutcomeDetails;
import io.patienthttp.RejectedFailure;
import io.patienthttp.RequestState;
import io.patienthttp.RequestStatus;
import io.patienthttp.runtime.InlinePatientHttp.Admitted;
import io.patienthttp.runtime.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a test in the states that rows of the database would have, and the order in which they are sent and
 * delivered. Calls nobody. Safe for all threads.
 */
final class RequestQueue {

    private final TestClock clock;
    private final List<RecordedRequest> requests = new ArrayList<>(); // guarded by this, as all that is in it
    private final List<RecordedRequest> rolledBack = new ArrayList<>(); // guarded by this
    private final List<DeadLetter> deadLetters = new ArrayList<>(); // guarded by this

    RequestQueue(TestClock clock) {
        this.clock = clock;
    }

    /** Adds them; if they are taken, nobody else takes them before they are given back. */
    synchronized List<RecordedRequest> add(List<Admitted> admitted, boolean taken) {
        var added = admitted.stream()
                .map(request -> new RecordedRequest(request, clock.instant()))
                .toList();
        added.forEach(request -> request.taken = taken);
        requests.addAll(added);
        return added;
    }

    synchronized void rollBack(Collection<RecordedRequest> withdrawn) {
        requests.removeAll(withdrawn);
        rolledBack.addAll(withdrawn);
    }

    synchronized void clear() {
        requests.clear();
        rolledBack.clear();
        deadLetters.clear();
    }

    synchronized List<RecordedRequest> all() {
        return List.copyOf(requests);
    }

    synchronized List<RecordedRequest> rolledBack() {
        return List.copyOf(rolledBack);
    }

    synchronized List<RecordedRequest> undelivered() {
        return requests.stream().filter(RecordedRequest::isUndelivered).toList();
    }

    synchronized List<DeadLetter> deadLetters() {
        return List.copyOf(deadLetters);
    }

    synchronized void expected(Collection<RecordedRequest> found) {
        found.forEach(request -> request.asserted = true);
    }

    /** What the test has neither delivered nor expected. */
    synchronized List<RecordedRequest> unnoticed() {
        return requests.stream()
                .filter(request -> request.state == RequestState.PENDING && !request.asserted)
                .toList();
    }

    /** Takes what is due first, and moves the clock there; null if nothing is due by then. Null limit: ever. */
    synchronized @Nullable RecordedRequest takeNext(@Nullable Instant limit) {
        var next = requests.stream()
                .filter(request -> request.state != null && request.state != RequestState.DEAD && !request.taken)
                .filter(request -> limit == null || !request.due.isAfter(limit))
                .min(Comparator.comparing(request -> request.due))
                .orElse(null);
        if (next != null) {
            clock.moveTo(next.due);
            next.taken = true;
        }
        return next;
    }

    synchronized void giveBack(Collection<RecordedRequest> taken) {
        taken.forEach(request -> request.taken = false);
    }

    /** What its callback is to get now; null if it is still to be sent. */
    synchronized @Nullable Outcome complete(RecordedRequest request) {
        if (request.outcome != null) {
            request.state = RequestState.COMPLETED;
        }
        return request.outcome;
    }

    /** It was sent: its callback runs once the answer would be there. A request that was cancelled stays so. */
    synchronized void sent(RecordedRequest request, Outcome outcome, Duration elapsed) {
        if (request.outcome == null) {
            request.outcome = outcome;
            request.state = RequestState.IN_FLIGHT;
            request.due = clock.instant().plus(elapsed);
        }
    }

    synchronized void delivered(RecordedRequest request) {
        request.state = null;
    }

    /** Its callback threw: it runs again, later, unless it did so often enough and is dead. */
    synchronized Optional<DeadLetter> failed(RecordedRequest request, Throwable thrown, Settings settings) {
        request.failures++;
        if (request.failures < settings.callbackMaxAttempts()) {
            request.state = RequestState.COMPLETED;
            request.due = clock.instant().plus(backoff(request.failures, settings));
            return Optional.empty();
        }
        request.state = RequestState.DEAD;
        request.lastError = thrown.toString();
        var letter = new DeadLetter(
                request.admitted().id(), request.admitted().callback(), request.failures, thrown.toString());
        deadLetters.add(letter);
        return Optional.of(letter);
    }

    /** That of the durable pipeline: the first one doubled for each further failure, up to the longest. */
    private static Duration backoff(int failures, Settings settings) {
        var backoff = settings.callbackFirstBackoff();
        for (int i = 1; i < failures && backoff.compareTo(settings.callbackLongestBackoff()) < 0; i++) {
            backoff = backoff.multipliedBy(2);
        }
        return backoff.compareTo(settings.callbackLongestBackoff()) < 0 ? backoff : settings.callbackLongestBackoff();
    }

    synchronized Optional<RequestStatus> find(String id) {
        return byId(id).flatMap(request -> Optional.ofNullable(request.state).map(request::status));
    }

    synchronized CancelResult cancel(String id) {
        var found = byId(id).orElse(null);
        if (found == null || found.state == null) {
            return CancelResult.NOT_FOUND;
        }
        if (found.cancelRequested) {
            return CancelResult.CANCELLED;
        }
        if (!found.isUndelivered()) {
            return CancelResult.TOO_LATE;
        }
        var request = found.admitted().request();
        var details = OutcomeDetails.builder(id, request.method(), request.url())
                .callbackArgs(request.callbackArgs())
                .build();
        var sent = found.state == RequestState.IN_FLIGHT;
        found.cancelRequested = true;
        found.outcome = RejectedFailure.of(details, Failure.Kind.CANCELLED, "the request was cancelled", sent);
        found.state = RequestState.COMPLETED;
        found.due = clock.instant();
        return CancelResult.CANCELLED;
    }

    private Optional<RecordedRequest> byId(String id) {
        var wanted = UUID.fromString(id).toString();
        return requests.stream()
                .filter(request -> request.admitted().id().equals(wanted))
                .findFirst();
    }
}
