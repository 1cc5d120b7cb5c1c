package io.patienthttp.internal.claim;

import java.util.UUID;

/** Under which id this process owns rows, and whether its lease still allows it to use them. */
public interface Ownership {

    /** The id of the current lease. A process that lost its lease takes a new one. */
    UUID owner();

    /**
     * Whether the last successful heartbeat of that owner is younger than the lease, by this process's own monotonic
     * clock: a host that was frozen must not send what was reclaimed meanwhile.
     */
    boolean isValid(UUID owner);
}
