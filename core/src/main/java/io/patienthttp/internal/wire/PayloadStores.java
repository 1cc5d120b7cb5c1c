package io.patienthttp.internal.wire;

import io.patienthttp.spi.PayloadStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The payload stores that are registered: the last one is written, all are read (parity 74), so that another store takes
 * over while rows still refer to the one before. A reference is {@code <name of the store>:<key>}.
 */
public final class PayloadStores {

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,30}");

    private final Map<String, PayloadStore> stores = new LinkedHashMap<>();
    private final Optional<PayloadStore> written;

    /**
     * These stores; may be none.
     *
     * @throws IllegalArgumentException if one has no valid name, or two have the same
     */
    public PayloadStores(List<PayloadStore> stores) {
        for (var store : stores) {
            if (!NAME.matcher(store.name()).matches()) {
                throw new IllegalArgumentException(
                        "the name of a payload store must be 1 to 30 lower-case letters, digits"
                                + " and hyphens, was \"" + store.name() + "\"");
            }
            if (this.stores.put(store.name(), store) != null) {
                throw new IllegalArgumentException(
                        "payload stores must have different names, had \"" + store.name() + "\" twice");
            }
        }
        this.written = stores.isEmpty() ? Optional.empty() : Optional.of(stores.get(stores.size() - 1));
    }

    /** All of them, in the order in which they were registered. */
    public List<PayloadStore> all() {
        return List.copyOf(stores.values());
    }

    /** The one that is written; empty if there is none. */
    public Optional<PayloadStore> written() {
        return written;
    }

    /** The one of that name; empty if it is not registered here. */
    Optional<PayloadStore> named(String name) {
        return Optional.ofNullable(stores.get(name));
    }

    /** What a row says of a payload. */
    public static String reference(PayloadStore store, String key) {
        return store.name() + ":" + key;
    }
}
