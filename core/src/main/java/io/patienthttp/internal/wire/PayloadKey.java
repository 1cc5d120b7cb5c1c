package io.patienthttp.internal.wire;

import com.github.f4b6a3.uuid.UuidCreator;
import java.util.Optional;
import java.util.UUID;

/**
 * The key of a payload: {@code <installation>/<request>/<write>}. The installation keeps several that share a store apart;
 * the request says which row may refer to it, so that the sweeper finds the row by its id; the write is new each time, so
 * that nothing is ever overwritten.
 */
public record PayloadKey(UUID installation, UUID request, UUID write) {

    /** A key that was never used before. */
    public static PayloadKey next(UUID installation, UUID request) {
        return new PayloadKey(installation, request, UuidCreator.getTimeOrderedEpoch());
    }

    /** What all keys of the installation begin with. */
    public static String prefix(UUID installation) {
        return installation + "/";
    }

    /** Reads what {@link #toString} wrote; empty if it is anything else. */
    public static Optional<PayloadKey> parse(String text) {
        var parts = text.split("/", -1);
        if (parts.length != 3) {
            return Optional.empty();
        }
        try {
            var key = new PayloadKey(UUID.fromString(parts[0]), UUID.fromString(parts[1]), UUID.fromString(parts[2]));
            return key.toString().equals(text) ? Optional.of(key) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return prefix(installation) + request + "/" + write;
    }
}
