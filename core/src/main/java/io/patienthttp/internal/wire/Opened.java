package io.patienthttp.internal.wire;

import io.patienthttp.Failure;

/** What became of a stored value that was to be read: its JSON, or the reason why there is none. */
public sealed interface Opened {

    /** The value as it was before it was sealed and off-loaded, in UTF-8. */
    record Json(byte[] bytes) implements Opened {}

    /**
     * A value that cannot be read.
     *
     * @param message says what is wrong, and shows neither value nor key
     */
    record Unreadable(Why why, String message) implements Opened {}

    /** Why a value cannot be read. */
    enum Why {
        /** The payload store does not have it any more. */
        PAYLOAD_MISSING,
        /** The payload store that has it is not registered on this node. */
        UNKNOWN_STORE,
        /** The key that it was sealed with is not configured on this node. */
        UNKNOWN_KEY,
        /** A newer version wrote it. */
        NEWER_FORMAT,
        /** It is not sealed, and must be. */
        NOT_SEALED,
        /** It was changed, cut off or moved. */
        DAMAGED;

        /** Whether another node, or this one with another configuration, may be able to read it: worth to wait for. */
        public boolean elsewhere() {
            return this == UNKNOWN_STORE || this == UNKNOWN_KEY || this == NEWER_FORMAT;
        }

        /** What the request fails with if it is not read in time. */
        public Failure.Kind kind() {
            return this == PAYLOAD_MISSING ? Failure.Kind.PAYLOAD_MISSING : Failure.Kind.UNREADABLE;
        }
    }
}
