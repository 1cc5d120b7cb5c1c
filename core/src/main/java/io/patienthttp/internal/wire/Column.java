package io.patienthttp.internal.wire;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;

/** The columns whose values are sealed. */
public enum Column {
    /** What to send. */
    REQUEST(true),
    /** What the callback gets besides the outcome: small, and without a column for a reference. */
    CALLBACK_ARGS(false),
    /** What came of it. */
    OUTCOME(true);

    private final boolean offloads;

    Column(boolean offloads) {
        this.offloads = offloads;
    }

    /** Whether a large value may lie in a payload store. */
    boolean offloads() {
        return offloads;
    }

    /** The name of the column. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Binds a sealed value to its row and column, so that it cannot take the place of another one. */
    byte[] associatedData(UUID requestId) {
        return (requestId + ":" + text()).getBytes(StandardCharsets.UTF_8);
    }
}
