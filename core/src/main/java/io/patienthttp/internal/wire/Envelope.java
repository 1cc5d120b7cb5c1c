package io.patienthttp.internal.wire;

import io.patienthttp.internal.wire.Opened.Unreadable;
import io.patienthttp.internal.wire.Opened.Why;
import io.patienthttp.spi.PayloadCipher;
import io.patienthttp.spi.PayloadStore;
import io.patienthttp.spi.RequestStore.StoredRequest;
import io.patienthttp.spi.RequestStore.Value;
import io.patienthttp.spi.Transaction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How a value gets from JSON into a row and back: sealed, then off-loaded if it is larger than the threshold; fetched, then
 * opened (parity 71). What is written by one version is read by all later ones.
 *
 * <p>Holds no thread of its own: {@link #close} takes as long as the cipher, {@link #store} and {@link #open} may wait for
 * a payload store. Safe for all threads.
 */
public final class Envelope {

    /** The newest format of a row that this code reads. */
    public static final int NEWEST_FORMAT = 2;

    private final Seal seal;
    private final PayloadStores stores;
    private final Supplier<UUID> installation;
    private final int threshold;
    private final Set<String> neverSealed;

    /**
     * An envelope.
     *
     * @param cipher null seals nothing
     * @param allowPlaintext whether values that are not sealed are read although there is a cipher
     * @param stores none keeps all values in their rows
     * @param installation what the keys of payloads begin with; asked for whenever a payload is stored
     * @param threshold the largest text that a row holds, in bytes of UTF-8, where there is a payload store (parity 75)
     * @param neverSealed texts that statements write themselves, which are read although they are not sealed: they hold
     *     no data
     * @throws IllegalArgumentException if the threshold is not positive
     */
    public Envelope(
            @Nullable PayloadCipher cipher,
            boolean allowPlaintext,
            PayloadStores stores,
            Supplier<UUID> installation,
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

    /** An envelope that leaves values as they are, in their rows. */
    public static Envelope plain() {
        return new Envelope(
                null,
                true,
                new PayloadStores(List.of()),
                () -> {
                    throw new IllegalStateException("there is no payload store");
                },
                1,
                Set.of());
    }

    /**
     * The format of a row that holds these values: 1 if all of them are readable JSON, 2 if one is sealed or in a payload
     * store.
     *
     * @param values null stands for a value that is not there
     */
    public static int format(@Nullable Value... values) {
        for (var value : values) {
            if (value != null && (value.reference() != null || !Seal.isPlain(value.text()))) {
                return NEWEST_FORMAT;
            }
        }
        return RequestCodec.FORMAT;
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
    }

    /**
     * Seals a value.
     *
     * @param json an object, in UTF-8
     * @throws io.patienthttp.StorageException if the cipher cannot work now
     */
    public Closed close(UUID requestId, Column column, byte[] json) {
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
    public Value store(Closed closed) {
        return store(closed, PayloadStore::store);
    }

    /** Off-loads the value if it is large, in the transaction of its row where the store can join it. */
    public Value store(Closed closed, Transaction transaction) {
        return store(closed, (store, key, payload) -> store.store(transaction, key, payload));
    }

    private Value store(Closed closed, Writing writing) {
        if (!closed.offloaded) {
            return inRow(closed);
        }
        var store = stores.written().orElseThrow();
        var key = PayloadKey.next(installation.get(), closed.requestId).toString();
        writing.store(store, key, closed.bytes);
        return Value.offloaded(PayloadStores.reference(store, key), closed.bytes.length);
    }

    /** The value as its row holds it, however large it is. */
    public Value inRow(Closed closed) {
        return Value.of(Seal.toText(closed.bytes));
    }

    /** Whether {@link #open} needs neither a cipher nor a payload store for the values of the request. */
    public boolean isAtHand(StoredRequest stored) {
        var args = stored.callbackArgs();
        return isAtHand(stored.request()) && (args == null || seal.isAtHand(args));
    }

    /** The same for a single value. */
    public boolean isAtHand(Value stored) {
        return stored.reference() == null && seal.isAtHand(stored.text());
    }

    /** The name of the store that is written; empty if there is none. */
    public String writtenStore() {
        return stores.written().map(PayloadStore::name).orElse("");
    }

    /** The name of the store that the reference names, as far as it can be read. */
    public static String storeOf(String reference) {
        return reference.substring(0, Math.max(0, reference.indexOf(':')));
    }

    /**
     * Reads what a row holds.
     *
     * @throws io.patienthttp.StorageException if the payload store or the cipher cannot work now; the same may succeed
     *     later
     */
    public Opened open(UUID requestId, Column column, Value stored) {
        var reference = stored.reference();
        if (reference != null) {
            return fetch(requestId, column, reference);
        }
        var text = stored.text().getBytes(StandardCharsets.UTF_8);
        return neverSealed.contains(stored.text()) ? new Opened.Json(text) : open(requestId, column, text);
    }

    /** Reads the text that a row holds, in UTF-8; not one of those that are never sealed. */
    Opened open(UUID requestId, Column column, byte[] text) {
        return seal.openText(requestId, column, text);
    }

    private Opened fetch(UUID requestId, Column column, String reference) {
        var name = storeOf(reference);
        var store = stores.named(name);
        if (store.isEmpty()) {
            return new Unreadable(
                    Why.UNKNOWN_STORE, "it is in the payload store \"" + name + "\"; registered are " + names());
        }
        return store.get()
                .fetch(reference.substring(name.length() + 1))
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
