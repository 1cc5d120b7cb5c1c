package io.patienthttp.demo.deliveries;

import io.patienthttp.PatientHttpClient;
import io.patienthttp.Request;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Requests that were enqueued together, and how many of them are delivered, by whichever process. */
public final class Batch {

    private final Deliveries deliveries;
    private final Set<String> ids;
    private final long before;

    private Batch(Deliveries deliveries, List<String> ids, long before) {
        this.deliveries = deliveries;
        this.ids = Set.copyOf(ids);
        this.before = before;
    }

    /** Enqueues the requests in one batch. */
    public static Batch enqueue(PatientHttpClient client, Deliveries deliveries, Collection<Request> requests) {
        var before = deliveries.lastId();
        return new Batch(deliveries, client.enqueueAll(requests), before);
    }

    /** The ids of the requests. */
    public Set<String> ids() {
        return ids;
    }

    /** Counts the deliveries so far. */
    public Progress progress() {
        var delivered = new HashSet<String>();
        var duplicates = 0;
        for (var id : deliveries.requestsAfter(before)) {
            if (ids.contains(id) && !delivered.add(id)) {
                duplicates++;
            }
        }
        return new Progress(ids.size(), delivered.size(), duplicates);
    }

    /** How far the requests are. */
    public record Progress(int requests, int delivered, int duplicates) {

        /** Whether each was delivered. */
        public boolean isComplete() {
            return delivered == requests;
        }

        /** How many are not delivered. */
        public int missing() {
            return requests - delivered;
        }
    }
}
