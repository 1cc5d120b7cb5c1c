package io.patienthttp.spi;

import java.util.UUID;

/**
 * One hold of a request: the row and the epoch in which it was claimed, or in which its outcome was recorded. Whoever
 * changes the row names both, so that a late one changes nothing.
 */
public record RequestRef(UUID id, int epoch) implements Comparable<RequestRef> {

    /** By id, the order in which rows are locked. */
    @Override
    public int compareTo(RequestRef other) {
        var byId = id.compareTo(other.id);
        return byId != 0 ? byId : Integer.compare(epoch, other.epoch);
    }

    /** {@code <id>:<epoch>}, the id of its callback job. */
    @Override
    public String toString() {
        return id + ":" + epoch;
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static RequestRef parse(String text) {
        var colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("not <id>:<epoch>: \"" + text + "\"");
        }
        return new RequestRef(UUID.fromString(text.substring(0, colon)), Integer.parseInt(text.substring(colon + 1)));
    }
}
