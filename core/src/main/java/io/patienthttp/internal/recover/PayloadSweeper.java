package io.patienthttp.internal.recover;

import io.patienthttp.StorageException;
import io.patienthttp.internal.wire.PayloadKey;
import io.patienthttp.internal.wire.PayloadStores;
import io.patienthttp.spi.PayloadStore;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes payloads that were stored in vain, and those whose rows are gone. Nothing else deletes a payload. One goes only
 * if its key is one of this installation, it is older than the grace time, and no row refers to it. For one thread.
 *
 * <p>A payload is listed first, and looked for in the rows after that: a row that comes to refer to it between the two is
 * seen. Whoever lets a row refer to a payload does so within half of the grace time after it stored it, or stores it
 * again.
 */
public final class PayloadSweeper {

    private static final Logger log = LoggerFactory.getLogger(PayloadSweeper.class);

    private static final int PAGES = 20;

    private final PayloadStores stores;
    private final UUID installation;
    private final Duration grace;
    private final References references;
    private final Map<String, String> cursors = new HashMap<>();

    /** Which payloads rows refer to. */
    @FunctionalInterface
    public interface References {

        /** The references that the rows of these requests hold, of whatever column; a row that is gone holds none. */
        Set<String> of(Collection<UUID> requests);
    }

    /**
     * A sweeper.
     *
     * @param grace how long a payload may lie before a row refers to it; positive
     * @throws IllegalArgumentException if it is not positive
     */
    public PayloadSweeper(PayloadStores stores, UUID installation, Duration grace, References references) {
        if (grace.isNegative() || grace.isZero()) {
            throw new IllegalArgumentException("grace must be positive, was " + grace);
        }
        this.stores = stores;
        this.installation = installation;
        this.grace = grace;
        this.references = references;
    }

    /**
     * Looks at some pages of each store, so that other duties have their turn, and goes on there the next time. A store
     * that fails is begun anew the next time, and keeps none of the others from being swept.
     */
    public void sweep() {
        for (var store : stores.all()) {
            try {
                sweep(store);
            } catch (StorageException e) {
                log.warn("Payload store {} cannot be swept now; the next sweep tries again", store.name(), e);
            }
        }
    }

    private void sweep(PayloadStore store) {
        var cursor = cursors.remove(store.name());
        for (int pages = 0; pages < PAGES; pages++) {
            var page = store.list(PayloadKey.prefix(installation), cursor);
            deleteUnreferred(store, candidates(page.payloads()));
            cursor = page.next();
            if (cursor == null) {
                return;
            }
        }
        cursors.put(store.name(), cursor);
    }

    /** Old enough, and ours: a key that is not made as we make keys belongs to somebody else. */
    private List<Candidate> candidates(List<PayloadStore.StoredPayload> payloads) {
        return payloads.stream()
                .filter(payload -> payload.age().compareTo(grace) > 0)
                .flatMap(payload -> PayloadKey.parse(payload.key())
                        .filter(key -> key.installation().equals(installation))
                        .map(key -> new Candidate(payload.key(), key.request()))
                        .stream())
                .toList();
    }

    private void deleteUnreferred(PayloadStore store, List<Candidate> old) {
        if (old.isEmpty()) {
            return;
        }
        var kept = references.of(old.stream().map(Candidate::request).collect(Collectors.toSet()));
        var vain = old.stream()
                .map(Candidate::key)
                .filter(key -> !kept.contains(PayloadStores.reference(store, key)))
                .toList();
        if (!vain.isEmpty()) {
            store.deleteAll(vain);
            log.info("Deleted {} payloads of store {} that no request refers to", vain.size(), store.name());
        }
    }

    private record Candidate(String key, UUID request) {}
}
