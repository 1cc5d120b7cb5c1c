package io.patienthttp.internal.wire;

import io.patienthttp.internal.wire.Opened.Unreadable;
import io.patienthttp.internal.wire.Opened.Why;
import io.patienthttp.spi.PayloadCipher;
import io.patienthttp.spi.PayloadStore;
import io.patienthttp.spi.Transaction;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How a value gets from JSON into a row and back: sealed, then off-loaded if it is larger than the threshold; fetched, then
 * opened (parity 71). What is written by one version is read by all later ones.
 *
 * <p>Holds no thread of its own: {@link #close} takes as long as the cipher, {@link #store} and {@link #open} may wait for
 * a payload store. Safe for all threads.
 */
public final class Envelope {

    private final Seal seal;
    private final PayloadStores stores;
    private final UUID installation;
    private final int threshold;
    private final Set<String> neverSealed;

    /**
     * An envelope.
     *
     * @param cipher null seals nothing
     * @param allowPlaintext whether values that are not sealed are read although there is a cipher
     * @param stores none keeps all values in their rows
     * @param installation what the keys of payloads begin with
     * @param threshold the largest text that a row holds, in bytes of UTF-8, where there is a payload store (parity 75)
     * @param neverSealed texts that statements write themselves, which are read although they are not sealed: they hold
     *     no data
     * @throws IllegalArgumentException if the threshold is not positive
     */
    public Envelope(
            @Nullable PayloadCipher cipher,
            boolean allowPlaintext,
            PayloadStores stores,
            UUID installation,
            int threshold,
            Set<String> neverSealed) {
        if (threshold < 1) {
            throw new IllegalArgumentException("payloadStoreThreshold must be at least 1 byte, was " + threshold);
        }
        this.seal = new Seal(cipher, allowPlaintext);
        this.stores = stores;
        this.installation = installation;
        this.threshold = threshold;
        this.neverSealed = Set.copyOf(neverSealed);
    }

    /** A value that is sealed, if values are, and not yet stored. */
    public static final class Closed {

        private final UUID requestId;
        private final byte[] bytes;
        private final boolean offloaded;

        private Closed(UUID requestId, byte[] bytes, boolean offloaded) {
            this.requestId = requestId;
            this.bytes = bytes;
            this.offloaded = offloaded;
        }

        /** Whether it goes to a payload store, so that {@link Envelope#store} may take long. */
        public boolean isOffloaded() {
            return offloaded;
        }

        /** How many bytes it holds in memory. */
        public int size() {
            return bytes.length;
        }
    }

    /**
     * What the row holds: a text, or an empty text and a reference to a payload.
     *
     * @param reference {@code <name of the store>:<key>}
     */
    public record Stored(String text, @Nullable String reference) {}

    /**
     * Seals a value.
     *
     * @param json an object
     * @throws io.patienthttp.StorageException if the cipher cannot work now
     */
    public Closed close(UUID requestId, Column column, String json) {
        var bytes = seal.seal(requestId, column, json);
        var offloaded = column.offloads() && stores.written().isPresent() && Seal.textSize(bytes) > threshold;
        return new Closed(requestId, bytes, offloaded);
    }

    /**
     * Off-loads the value if it is large. A payload that no row comes to refer to is left to the sweeper; so this may be
     * repeated, and is another payload each time.
     *
     * @throws io.patienthttp.StorageException if the payload store fails
     */
    public Stored store(Closed closed) {
        return store(closed, PayloadStore::store);
    }

    /** Off-loads the value if it is large, in the transaction of its row where the store can join it. */
    public Stored store(Closed closed, Transaction transaction) {
        return store(closed, (store, key, payload) -> store.store(transaction, key, payload));
    }

    private Stored store(Closed closed, Writing writing) {
        if (!closed.offloaded) {
            return new Stored(Seal.toText(closed.bytes), null);
        }
        var store = stores.written().orElseThrow();
        var key = PayloadKey.next(installation, closed.requestId).toString();
        writing.store(store, key, closed.bytes);
        return new Stored("", PayloadStores.reference(store, key));
    }

    /**
     * Reads what a row holds.
     *
     * @throws io.patienthttp.StorageException if the payload store or the cipher cannot work now; the same may succeed
     *     later
     */
    public Opened open(UUID requestId, Column column, Stored stored) {
        var reference = stored.reference();
        if (reference != null) {
            return fetch(requestId, column, reference);
        }
        return neverSealed.contains(stored.text())
                ? new Opened.Json(stored.text())
                : seal.open(requestId, column, stored.text());
    }

    private Opened fetch(UUID requestId, Column column, String reference) {
        var colon = reference.indexOf(':');
        var name = reference.substring(0, Math.max(0, colon));
        var store = stores.named(name);
        if (store.isEmpty()) {
            return new Unreadable(
                    Why.UNKNOWN_STORE, "it is in the payload store \"" + name + "\"; registered are " + names());
        }
        return store.get()
                .fetch(reference.substring(colon + 1))
                .map(bytes -> seal.open(requestId, column, bytes))
                .orElseGet(() -> new Unreadable(Why.PAYLOAD_MISSING, "payload " + reference + " is gone"));
    }

    private List<String> names() {
        return stores.all().stream().map(PayloadStore::name).toList();
    }

    /** How a payload is written. */
    @FunctionalInterface
    private interface Writing {

        void store(PayloadStore store, String key, byte[] payload);
    }
}
