package io.patienthttp;

import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** For tests that enqueue nothing. */
final class NoClient implements PatientHttpClient {

    @Override
    public List<String> enqueueAll(Collection<Request> requests) {
        throw new AssertionError("nothing is enqueued here");
    }

    @Override
    public List<String> enqueueAll(Connection connection, Collection<Request> requests) {
        throw new AssertionError("nothing is enqueued here");
    }

    @Override
    public CancelResult cancel(String id) {
        throw new AssertionError("nothing is cancelled here");
    }

    @Override
    public Optional<RequestStatus> find(String id) {
        throw new AssertionError("nothing is looked for here");
    }
}
