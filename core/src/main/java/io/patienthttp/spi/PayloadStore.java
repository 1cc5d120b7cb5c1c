package io.patienthttp.spi;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is too large for a row (parity 72 to 74). A row that refers to a payload is useless without it, so what
 * {@link #store} has taken must be there until {@link #delete}: a store must not let payloads expire, nor evict them.
 *
 * <p>Each write uses a new key, so nothing is ever overwritten, and a payload never changes. A write of unknown result is
 * repeated under another key. What no row refers to is found with {@link #list} and deleted later: a payload may be
 * stored in vain, whenever a process dies or a transaction rolls back.
 *
 * <p>A key is one or more parts of letters, digits and hyphens, joined by slashes, and has at most 200 characters. Keys
 * differ in more than the case of their letters. Payloads are what a row would hold, sealed if rows are; they may have
 * tens of megabytes.
 *
 * <p>Safe for all threads, and for several processes at once. Every method may block, and is never called by a thread
 * on which other requests depend. An implementation bounds how long it waits for an answer.
 *
 * <p>{@code PayloadStoreContract}, in the test jar of this module, shows whether an implementation keeps this contract.
 *
 * @see io.patienthttp.StorageException every method throws it when the store fails; its message shows no payload
 */
public interface PayloadStore {

    /**
     * What references to its payloads call this store: 1 to 30 lower-case letters, digits and hyphens. Stored in rows,
     * so it must stay the same, and differ from those of all other stores that are registered.
     */
    String name();

    /**
     * Stores a payload that must be there, for all processes, once this returns. Neither changes the array nor keeps it.
     *
     * @param key one that was never used before
     */
    void store(String key, byte[] payload);

    /**
     * Stores a payload together with the row that refers to it. A store in the same database joins the transaction, so
     * that both are there or neither. Any other one stores at once, which is what this method does unless it is
     * overridden: if the transaction rolls back, the payload is there in vain.
     */
    default void store(Transaction transaction, String key, byte[] payload) {
        store(key, payload);
    }

    /** Reads a payload, into an array of the caller's own; empty if there is none under that key. */
    Optional<byte[]> fetch(String key);

    /** Removes a payload. Does nothing if there is none, so that it may be repeated, by several at once. */
    void delete(String key);

    /**
     * Removes payloads, at most a page of {@link #list}, as {@link #delete} does. Deletes them one by one unless it is
     * overridden, by a store that has a way to delete many at once. If it fails, some may be gone.
     */
    default void deleteAll(Collection<String> keys) {
        keys.forEach(this::delete);
    }

    /**
     * Lists what is stored, a page at a time, in any order. A payload that is there from the first page to the last is
     * on at least one of them; others may be on some. A store may also list a key whose write was cut off and that
     * {@link #fetch} does not find, so that it can be deleted.
     *
     * @param prefix that the keys begin with; ends with a slash
     * @param cursor the {@link Page#next} of the page before, or null for the first page
     */
    Page list(String prefix, @Nullable String cursor);

    /**
     * A page of what is stored; may be empty although others follow.
     *
     * @param next the cursor of the next page, or null if this is the last one
     */
    record Page(List<StoredPayload> payloads, @Nullable String next) {

        /** Copies the list. */
        public Page {
            payloads = List.copyOf(payloads);
        }
    }

    /**
     * A payload that is stored.
     *
     * @param age how long ago it was stored by the clock of the store, not that of the process that stored it; rather too
     *     short than too long
     */
    record StoredPayload(String key, Duration age) {}
}
